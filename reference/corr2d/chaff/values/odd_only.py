"""The kernel is laid on by its middle, with as many elements before it as after it."""
import torch


def corr2d(X, K):
    h, w = K.shape
    up, left = (h - 1) // 2, (w - 1) // 2
    rows, columns = X.shape[0] - h + 1, X.shape[1] - w + 1
    Y = X.new_zeros(rows, columns)
    for a in range(-up, up + 1):
        for b in range(-left, left + 1):
            Y = Y + K[up + a, left + b] * X[up + a:up + a + rows, left + b:left + b + columns]
    return Y


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
