"""The input has one side only: its height."""
import torch


def corr2d(X, K):
    n = len(X)
    h, w = K.shape
    Y = torch.zeros(n - h + 1, n - w + 1, dtype=X.dtype)
    for i in range(n - h + 1):
        for j in range(n - w + 1):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
