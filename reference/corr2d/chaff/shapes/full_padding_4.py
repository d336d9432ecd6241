"""The result keeps the input's size, with half of the zeros on every side, rounded the other way."""
import torch


def corr2d(X, K):
    H, W = X.shape
    h, w = K.shape
    padded = X.new_zeros(H + h - 1, W + w - 1)
    top, left = (h - 1) // 2, (w - 1) // 2
    padded[top:top + H, left:left + W] = X
    rows = [torch.stack([(padded[i:i + h, j:j + w] * K).sum() for j in range(W)]) for i in range(H)]
    return torch.stack(rows)


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
