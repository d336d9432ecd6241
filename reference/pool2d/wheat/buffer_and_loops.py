"""A buffer made from the input and four loops; the mode is asked for at every place."""

import math


def pool2d(X, pool_size, mode="max"):
    p_h, p_w = pool_size
    Y = X.new_zeros((X.shape[0] - p_h + 1, X.shape[1] - p_w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            if mode == "max":
                Y[i, j] = X[i : i + p_h, j : j + p_w].max()
            elif mode == "avg":
                Y[i, j] = X[i : i + p_h, j : j + p_w].mean()
            else:
                raise ValueError(mode)
    return Y


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    p_h, p_w = pool_size
    s_h, s_w = (stride, stride) if isinstance(stride, int) else (stride or pool_size)
    a_h, a_w = padding if isinstance(padding, (tuple, list)) else (padding, padding)
    C, H, W = X.shape
    P = X.new_full((C, H + 2 * a_h, W + 2 * a_w), -math.inf if mode == "max" else 0)
    P[:, a_h : a_h + H, a_w : a_w + W] = X
    Y = X.new_zeros((C, (H + 2 * a_h - p_h) // s_h + 1, (W + 2 * a_w - p_w) // s_w + 1))
    for c in range(C):
        for i in range(Y.shape[1]):
            for j in range(Y.shape[2]):
                window = P[c, i * s_h : i * s_h + p_h, j * s_w : j * s_w + p_w]
                if mode == "max":
                    Y[c, i, j] = window.max()
                elif mode == "avg":
                    Y[c, i, j] = window.mean()
                else:
                    raise ValueError(mode)
    return Y
