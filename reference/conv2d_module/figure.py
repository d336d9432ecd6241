"""The worked example: the layer holds weight and bias, and gradients come back to both and to x."""

from autograder.figures import Figure, window

X = [[1, 2, 0], [0, 1, 3], [2, 0, 1]]
WEIGHT = [[1, 0], [-1, 2]]
BIAS = 0.5


def figure():
    Y = [[BIAS + sum(X[i + a][j + b] * WEIGHT[a][b] for a in range(2) for b in range(2)) for j in range(2)]
         for i in range(2)]  # fmt: skip
    f = Figure(
        560, 220, "A layer keeps its weight and its bias",
        "x goes into a layer that holds a weight of 2 by 2 and one bias; Y comes out. Backwards go the gradients: "
        "to the weight and to the bias, where they are kept, and on to x.",
    )  # fmt: skip
    f.matrix(24, 62, X, name="x", looks=window(0, 0, 2, 2, "in"))
    f.box(166, 26, 212, 132, "dashed", round=10)
    f.text(366, 46, "Conv2D", "bold", anchor="end")
    f.matrix(184, 76, WEIGHT, "par", name="weight")
    f.text(258, 109, "+", size=18)
    f.matrix(288, 90, [[BIAS]], "par", name="bias", cell=34)
    f.matrix(436, 70, Y, name="Y", looks={(0, 0): "out"}, cell=36)
    f.arrow((116, 104), (158, 104))
    f.arrow((386, 104), (428, 104))
    f.line([(472, 152), (472, 186), (212, 186)], "ink dashed")
    for x, what, top in ((305, "∂L/∂bias", 162), (212, "∂L/∂weight", 162)):
        f.arrow((x, 186), (x, top), look="ink dashed")
        f.text(x, 206, what, "soft", size=13)
    f.arrow((212, 186), (66, 186), (66, 154), look="ink dashed")
    f.text(66, 206, "∂L/∂x", "soft", size=13)
    f.text(472, 206, "∂L/∂Y", "soft", size=13)
    return f
