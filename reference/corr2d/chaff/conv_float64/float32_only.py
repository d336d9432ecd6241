"""conv2d gathers the turned kernel in a float32 tensor, and computes in float32 because of it."""
import torch


def corr2d(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((2, 3))


def conv2d(X, K):
    h, w = K.shape
    turned = torch.zeros(h, w)
    for a in range(h):
        for b in range(w):
            turned[a, b] = K[h - 1 - a, w - 1 - b]
    return corr2d(X.to(turned.dtype), turned)
