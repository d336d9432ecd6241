"""The worked example as one matrix product; a pixel is a column."""

from autograder.figures import Figure, window

X = [[[1, 2, 0], [3, 1, 2]], [[0, 1, 2], [1, 0, -1]]]
K = [[1, 2], [0, -1], [3, 1]]
PIXEL = 2  # the one at the top right


def figure():
    pixels = [[each for row in channel for each in row] for channel in X]
    Y = [[sum(k * x for k, x in zip(row, column, strict=True)) for column in zip(*pixels, strict=True)] for row in K]
    f = Figure(
        560, 300, "A 1x1 convolution is a matrix product",
        "Above: two channels of 2 by 3 pixels, with the pixel at the top right marked in both. Below: the weights, "
        "3 by 2, times the pixels laid side by side, 2 by 6, are the result, 3 by 6; the marked pixel is one column.",
    )  # fmt: skip
    for c in (0, 1):
        f.matrix(150 + 116 * c, 36, X[c], name=f"X[{c}]", looks={(0, PIXEL): "in"}, cell=26)
    f.text(382, 66, "(c_i, h, w)", "soft", size=13, anchor="start")
    f.arrow((250, 96), (250, 134))
    f.matrix(24, 180, K, "par", name="K", cell=26)
    f.text(96, 226, "×", size=20)
    f.matrix(116, 193, pixels, cell=26, looks=window(0, PIXEL, 2, 1, "in"), name="")
    f.text(294, 226, "=", size=20)
    f.matrix(314, 180, Y, cell=26, looks=window(0, PIXEL, 3, 1, "out"), name="Y")
    f.text(50, 284, "(c_o, c_i)", "soft", size=13)
    f.text(194, 284, "(c_i, h·w)", "soft", size=13)
    f.text(392, 284, "(c_o, h·w)", "soft", size=13)
    return f
