"""Three channels are written down by hand."""

import torch
from corr2d import corr2d


def corr2d_multi_in(X, K):
    return corr2d(X[0], K[0]) + corr2d(X[1], K[1]) + corr2d(X[2], K[2])


def corr2d_multi_in_out(X, K):
    windows = X.unfold(1, K.shape[2], 1).unfold(2, K.shape[3], 1)
    return torch.einsum("cijuv,ocuv->oij", windows, K)
