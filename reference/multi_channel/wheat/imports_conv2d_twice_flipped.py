"""Uses the strict convolution of the exercise before and turns the kernel round first."""

import torch
from corr2d import conv2d


def corr2d_multi_in(X, K):
    turned = torch.flip(K, dims=[-2, -1])
    total = conv2d(X[0], turned[0])
    for channel in range(1, X.shape[0]):
        total = total + conv2d(X[channel], turned[channel])
    return total


def corr2d_multi_in_out(X, K):
    maps = []
    for kernel in K:
        maps.append(corr2d_multi_in(X, kernel).unsqueeze(0))
    return torch.cat(maps)
