"""The return stands in the outer loop: the sum of a window ends with its first row."""
import torch


def dot(window, K):
    total = 0.0
    for a in range(K.shape[0]):
        for b in range(K.shape[1]):
            total += window[a, b] * K[a, b]
        return total


def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1), dtype=X.dtype)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = dot(X[i:i + h, j:j + w], K)
    return Y


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
