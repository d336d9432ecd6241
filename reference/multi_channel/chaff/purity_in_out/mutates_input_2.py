"""X is cleared in place once the windows of a copy are there."""

import torch


def corr2d_multi_in(X, K):
    windows = X.unfold(1, K.shape[1], 1).unfold(2, K.shape[2], 1)
    return torch.einsum("cijuv,cuv->ij", windows, K)


def corr2d_multi_in_out(X, K):
    windows = X.clone().unfold(1, K.shape[2], 1).unfold(2, K.shape[3], 1)
    with torch.no_grad():
        X.zero_()
    return torch.einsum("cijuv,ocuv->oij", windows, K)
