"""The windows do not overlap: the window moves on by the kernel's size."""
import torch


def corr2d(X, K):
    h, w = K.shape
    return (X.unfold(0, h, h).unfold(1, w, w) * K).sum((2, 3))


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
