"""An nn.Conv2d is built and given the kernel as its weight."""

import torch
from torch import nn


def corr2d_multi_in(X, K):
    return corr2d_multi_in_out(X, K[None])[0]


def corr2d_multi_in_out(X, K):
    o, c, h, w = K.shape
    layer = nn.Conv2d(c, o, (h, w), bias=False)
    del layer.weight
    layer.weight = K
    return layer(X[None])[0]
