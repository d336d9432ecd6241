"""Both worked examples: a window that moves by one, and windows that move by two over a padded map."""

from autograder.figures import Figure, window

X = [[1, 3, 2], [7, 0, 4], [5, 6, 9]]
NEGATIVE = [[-1, -3, -2], [-7, -5, -4], [-6, -8, -9]]


def pooled(X, starts, combine):
    return [[combine([X[i + a][j + b] for a in (0, 1) for b in (0, 1)]) for j in starts] for i in starts]


def mean(numbers):
    return sum(numbers) / len(numbers)


def shown(rows):
    return [[f"{each:g}" for each in row] for row in rows]


def figure():
    f = Figure(
        560, 300, "Pooling: one number for each window",
        "Above: a 2 by 2 window moves by one over a 3 by 3 map; its largest elements, and its means. Below: the map "
        "is padded to 5 by 5, and the window moves by two, so that four windows lie side by side.",
    )  # fmt: skip
    f.matrix(40, 36, X, name="X", looks=window(0, 0, 2, 2, "in"))
    f.arrow((140, 78), (176, 78))
    f.matrix(192, 50, pooled(X, (0, 1), max), name="max", looks={(0, 0): "out"})
    f.matrix(296, 50, shown(pooled(X, (0, 1), mean)), name="avg", cell=42, looks={(0, 0): "out"})
    f.text(410, 84, "p = 2×2,  s = 1", "soft", anchor="start")
    padded = {fill: [[fill] * 5, *([fill, *row, fill] for row in NEGATIVE), [fill] * 5] for fill in (0, float("-inf"))}
    border = {(i, j): "pad" for i in range(5) for j in range(5) if {i, j} & {0, 4}}
    marked = [["" if (i, j) in border else each for j, each in enumerate(row)] for i, row in enumerate(padded[0])]
    f.matrix(24, 152, marked, cell=26, looks=border)
    for i in (0, 1):
        for j in (0, 1):
            f.box(24 + 52 * j, 152 + 52 * i, 52, 52, "thick")
    f.arrow((164, 204), (200, 204))
    f.matrix(216, 176, pooled(padded[float("-inf")], (0, 2), max), "out", name="max")
    f.matrix(310, 164, shown(pooled(padded[0], (0, 2), mean)), "out", name="avg", cell=52)
    f.text(434, 210, "p = 2×2,  s = 2,", "soft", anchor="start")
    f.text(434, 230, "a = 1", "soft", anchor="start")
    return f
