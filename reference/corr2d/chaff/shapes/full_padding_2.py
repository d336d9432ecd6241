"""The result keeps the input's size: zeros are put below and to the right."""
import torch


def corr2d(X, K):
    H, W = X.shape
    h, w = K.shape
    padded = torch.zeros((H + h - 1, W + w - 1), dtype=X.dtype)
    padded[:H, :W] = X
    Y = torch.zeros_like(X)
    for i in range(H):
        for j in range(W):
            Y[i, j] = (padded[i:i + h, j:j + w] * K).sum()
    return Y


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
