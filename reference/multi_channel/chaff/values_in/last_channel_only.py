"""The loop assigns where it should add."""

import torch
from corr2d import corr2d


def corr2d_multi_in(X, K):
    for x, k in zip(X, K):
        result = corr2d(x, k)
    return result


def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K])
