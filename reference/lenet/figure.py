"""The network from the image to the logits: maps as sheets, drawn to one scale, then rows of numbers."""

from autograder.figures import Figure

MAPS = [(1, 28), (6, 28), (6, 14), (16, 10), (16, 5)]
STEPS = ["conv 5×5, +2", "avg 2×2", "conv 5×5", "avg 2×2"]
ROWS = [400, 120, 84, 10]


def figure():
    f = Figure(
        680, 250, "LeNet",
        "An image of 28 by 28 becomes 6 maps of 28 by 28, 6 of 14 by 14, 16 of 10 by 10 and 16 of 5 by 5. These are "
        "flattened to 400 numbers, from which linear layers make 120, 84 and 10.",
    )  # fmt: skip
    middle, x, centres = 124, 16, []
    for n, (channels, side) in enumerate(MAPS):
        size, by = 2.4 * side, 3 if channels > 6 else 4
        depth = by * (channels - 1)
        f.stack(x, middle - size / 2 + depth / 2, size, size, channels, "in" if n == 0 else "out", by=by)
        f.text(x + (size + depth) / 2, 204, f"{channels}×{side}×{side}", size=12)
        centres.append((x, x + size + depth))
        x += size + depth + 26
    for (_, a), (b, _), step in zip(centres, centres[1:], STEPS, strict=False):
        f.arrow((a + 4, middle), (b - 2, middle))
        f.text((a + b) / 2, 36, step, "soft", size=11)
        f.line([((a + b) / 2, 42), ((a + b) / 2, middle - 8)], "dashed")
    f.arrow((centres[-1][1] + 4, middle), (x - 2, middle))
    for n, count in enumerate(ROWS):
        height = 20 + 0.36 * count
        f.box(x, middle - height / 2, 12, height, "in" if n == 0 else "par")
        f.text(x + 6, 222 if n == 0 else 204, count, size=12)
        if n < 3:
            f.arrow((x + 14, middle), (x + 34, middle))
        x += 36
    return f
