"""The function returns from inside the loop, after one channel."""

import torch
from corr2d import corr2d


def corr2d_multi_in(X, K):
    result = 0
    for x, k in zip(X, K):
        result = result + corr2d(x, k)
        return result


def corr2d_multi_in_out(X, K):
    windows = X.unfold(1, K.shape[2], 1).unfold(2, K.shape[3], 1)
    return torch.einsum("cijuv,ocuv->oij", windows, K)
