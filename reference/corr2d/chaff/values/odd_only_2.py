"""The kernel is laid on by its middle, and what lies h // 2 before it is left out where the side is even."""
import torch


def corr2d(X, K):
    h, w = K.shape
    rows, columns = X.shape[0] - h + 1, X.shape[1] - w + 1
    Y = X.new_zeros(rows, columns)
    for a in range(h % 2 == 0, h):
        for b in range(w % 2 == 0, w):
            Y = Y + K[a, b] * X[a:a + rows, b:b + columns]
    return Y


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
