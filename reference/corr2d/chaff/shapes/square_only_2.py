"""The result is made square: its height is used for its width too."""
import torch


def corr2d(X, K):
    h, w = K.shape
    n = X.shape[0] - h + 1
    elements = [(X[i:i + h, j:j + w] * K).sum() for i in range(n) for j in range(n)]
    return torch.stack(elements).reshape(n, n)


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
