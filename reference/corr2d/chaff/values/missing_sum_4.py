"""The sum begins anew with every row of a window: that of the last row is left."""
import torch


def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1), dtype=X.dtype)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            for a in range(h):
                total = 0.0
                for b in range(w):
                    total += X[i + a, j + b] * K[a, b]
                Y[i, j] = total
    return Y


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
