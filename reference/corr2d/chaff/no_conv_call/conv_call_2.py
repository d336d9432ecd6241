"""An nn.Conv2d layer does the work, called with the kernel as its weight."""
import torch
from torch import nn


def corr2d(X, K):
    layer = nn.Conv2d(1, 1, tuple(K.shape), bias=False)
    Y = torch.func.functional_call(layer, {"weight": K[None, None]}, (X[None, None],))
    return Y.squeeze(0).squeeze(0)


def conv2d(X, K):
    turned = torch.flip(K, (0, 1))
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * turned).sum((2, 3))
