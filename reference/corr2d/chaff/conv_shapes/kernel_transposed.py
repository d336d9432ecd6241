"""conv2d turns the kernel by a quarter instead of a half."""
import torch


def corr2d(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((2, 3))


def conv2d(X, K):
    return corr2d(X, torch.rot90(K))
