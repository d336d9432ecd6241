"""The worked example: a slice of the kernel for each channel, the maps added; another kernel, another map."""

from autograder.figures import Figure, window

X = [[[1, 2, 0], [0, 1, 3], [2, 0, 1]], [[0, 1, 1], [1, 0, 2], [0, 3, 1]]]
K = [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]


def corr(X, K):
    return [[sum(X[i + a][j + b] * K[a][b] for a in range(2) for b in range(2)) for j in range(2)] for i in range(2)]


def figure():
    f = Figure(
        560, 280, "Two channels in, three out",
        "Each channel of X meets its own slice of the kernel; the two maps are added to one map. Each of three "
        "kernels gives one such map, and they lie behind each other.",
    )  # fmt: skip
    maps = [corr(x, k) for x, k in zip(X, K, strict=True)]
    for c, y in ((0, 40), (1, 170)):
        f.matrix(24, y, X[c], name=f"X[{c}]", looks=window(0, 0, 2, 2, "in"))
        f.text(134, y + 48, "⋆", size=20)
        f.matrix(156, y + 14, K[c], "par", name=f"K[{c}]")
        f.text(236, y + 48, "=", size=20)
        f.matrix(260, y + 14, maps[c])
        f.line([(324, y + 42), (350, y + 42), (350, 147)])
    f.text(350, 153, "+", "bold", size=18)
    f.arrow((362, 147), (392, 147))
    total = [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(*maps, strict=True)]
    f.stack(400, 119, 56, 56, 3, "out", by=14)
    f.matrix(400, 119, total, "out", name="")
    for n, y in enumerate((180, 166, 152)):
        f.text(466 + 14 * n, y, f"Y[{n}]", "soft", size=12, anchor="start")
    f.text(430, 226, "K[0]: (c, h, w) → Y[0]", "soft", size=12)
    f.text(430, 246, "K: (o, c, h, w) → Y: (o, …)", "soft", size=12)
    return f
