"""The columns are one short: W - w, the rows are right."""
import torch


def corr2d(X, K):
    h, w = K.shape
    rows, columns = X.shape[0] - h + 1, X.shape[1] - w
    Y = X.new_zeros(rows, columns)
    for a in range(h):
        for b in range(w):
            Y = Y + K[a, b] * X[a:a + rows, b:b + columns]
    return Y


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
