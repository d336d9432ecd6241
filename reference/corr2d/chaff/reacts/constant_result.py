"""The result has the right shape and is never filled.

Also loses: gradient
"""
import torch


def corr2d(X, K):
    return torch.zeros((X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1), dtype=X.dtype)


def conv2d(X, K):
    turned = torch.flip(K, (0, 1))
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * turned).sum((2, 3))
