"""as_strided with the strides of a contiguous tensor."""
import torch


def corr2d(X, K):
    H, W = X.shape
    h, w = K.shape
    windows = torch.as_strided(X, (H - h + 1, W - w + 1, h, w), (W, 1, W, 1))
    return (windows * K).sum((2, 3))


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
