"""conv2d turns the input in place of the kernel."""
import torch


def corr2d(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((2, 3))


def conv2d(X, K):
    return corr2d(torch.rot90(X, 2), K)
