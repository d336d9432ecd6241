"""Plain loops over every output element, written into a buffer made from the inputs."""


def corr2d_multi_in(X, K):
    c, h, w = K.shape
    rows, columns = X.shape[1] - h + 1, X.shape[2] - w + 1
    Y = X.new_zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            Y[i, j] = (X[:, i : i + h, j : j + w] * K).sum()
    return Y


def corr2d_multi_in_out(X, K):
    o, c, h, w = K.shape
    rows, columns = X.shape[1] - h + 1, X.shape[2] - w + 1
    Y = X.new_zeros((o, rows, columns))
    for n in range(o):
        for i in range(rows):
            for j in range(columns):
                for channel in range(c):
                    Y[n, i, j] += (X[channel, i : i + h, j : j + w] * K[n, channel]).sum()
    return Y
