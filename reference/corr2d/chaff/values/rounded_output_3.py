"""The products are made in half precision.

Also loses: gradient
"""
import torch


def corr2d(X, K):
    windows = X.half().unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1)
    return (windows * K.half()).sum((2, 3)).to(X.dtype)


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
