"""Tensor.unfold on both axes, one product, one sum; conv2d is written out a second time."""

import torch


def corr2d(X, K):
    windows = X.unfold(0, K.size(0), 1).unfold(1, K.size(1), 1)
    return (windows * K).sum(dim=(2, 3))


def conv2d(X, K):
    windows = X.unfold(0, K.size(0), 1).unfold(1, K.size(1), 1)
    return (windows * torch.flip(K, dims=[0, 1])).sum(dim=(-1, -2))
