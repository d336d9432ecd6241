"""conv2d gives the full convolution of the signal-processing books."""
import torch


def corr2d(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((2, 3))


def conv2d(X, K):
    H, W = X.shape
    h, w = K.shape
    Y = torch.zeros((H + h - 1, W + w - 1), dtype=X.dtype)
    for a in range(h):
        for b in range(w):
            Y[a:a + H, b:b + W] += K[a, b] * X
    return Y
