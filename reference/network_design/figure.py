"""Three kernels of 3 see what one of 7 sees; and stages that halve the map and double the channels."""

from autograder.figures import Figure


def figure():
    f = Figure(
        720, 250, "Receptive fields, and stages",
        "Left: along one axis, one output of three kernels of 3 depends on 3, then 5, then 7 inputs, as one output "
        "of a kernel of 7 does. Right: each stage halves the side of the maps and doubles their number; an average "
        "and one linear layer follow.",
    )  # fmt: skip
    cell = 24
    for row, count in enumerate((1, 3, 5, 7)):
        x, y = 30 + cell * (7 - count) / 2, 40 + 58 * row
        look = ("out", "empty", "empty", "in")[row]
        f.matrix(x, y, [[""] * count], look, cell=cell)
        if row < 3:
            f.line([(x, y + cell), (x - cell, y + 58)], "ink dashed")
            f.line([(x + cell * count, y + cell), (x + cell * (count + 1), y + 58)], "ink dashed")
        f.text(216, y + 17, count)
    for row in range(3):
        f.text(238, 86 + 58 * row, "3", "soft")
    f.line([(230, 52), (248, 52), (248, 226), (230, 226)], "dashed")
    f.text(258, 144, "7", "bold", anchor="start")
    x, middle = 308, 120
    for n, (side, channels) in enumerate(((96, 1), (48, 4), (24, 8), (12, 16))):
        depth = 2.5 * (channels - 1)
        f.stack(x, middle - side / 2 + depth / 2, side, side, channels, "out" if n else "in", by=2.5)
        size, width = ("H", "H/2", "H/4", "H/8")[n], side + depth
        f.text(x + width / 2, 212, size, size=13)
        f.text(x + width / 2, 232, ("c", "b", "2b", "4b")[n], "bold", size=13)
        f.arrow((x + width + 4, middle), (x + width + 22, middle))
        x += width + 26
    f.box(x, middle - 32, 12, 64, "out")
    f.text(x + 6, 212, "1", size=13)
    f.text(x + 6, 232, "4b", "bold", size=13)
    f.arrow((x + 16, middle), (x + 34, middle))
    f.box(x + 38, middle - 20, 12, 40, "par")
    f.text(x + 44, 232, "10", "bold", size=13)
    return f
