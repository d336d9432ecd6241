"""Each window overwrites the sum instead of adding to it: the last product is left."""
import torch


def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1), dtype=X.dtype)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            for a in range(h):
                for b in range(w):
                    Y[i, j] = X[i + a, j + b] * K[a, b]
    return Y


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
