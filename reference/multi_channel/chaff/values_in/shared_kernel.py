"""Every channel meets slice 0 of the kernel."""

import torch
from corr2d import corr2d


def corr2d_multi_in(X, K):
    return sum(corr2d(x, K[0]) for x in X)


def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K])
