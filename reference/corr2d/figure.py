"""The worked example: a window, the kernel, their products; and the kernel turned for a convolution."""

from autograder.figures import Figure, window

X = [[1, 0, 2, 1], [0, 3, 1, 0], [2, 1, 0, 1]]
K = [[1, 0, -1], [2, 1, 0]]
TURNED = [row[::-1] for row in K[::-1]]


def slid(kernel):
    return [[sum(X[i + a][j + b] * kernel[a][b] for a in range(2) for b in range(3)) for j in range(2)]
            for i in range(2)]  # fmt: skip


def figure():
    f = Figure(
        560, 300, "A kernel slides over an image",
        "Top: the window at the top left of X, the kernel K on it, and the element of Y that the sum of the six "
        "products gives. Bottom: the same with K turned by 180 degrees, as a convolution does.",
    )  # fmt: skip
    for y, kernel, name, result in ((44, K, "K", "X ⋆ K"), (190, TURNED, "K ↻ 180°", "X ∗ K")):
        f.matrix(24, y, X, name="X", looks=window(0, 0, 2, 3, "in"))
        f.text(162, y + 46, "⋆", size=20)
        f.matrix(186, y + 14, kernel, "par", name=name)
        f.text(296, y + 46, "=", size=20)
        f.matrix(322, y + 14, slid(kernel), name=result, looks={(0, 0): "out"})
        for a, row in enumerate(kernel):
            terms = [f"{X[a][b]}·{k}" if k >= 0 else f"{X[a][b]}·({k})" for b, k in enumerate(row)]
            f.text(400, y + 26 + 22 * a, ("+ " if a else "") + " + ".join(terms), "soft", anchor="start")
        f.text(400, y + 74, f"= {slid(kernel)[0][0]}", anchor="start")
    return f
