"""A view of all windows by as_strided over a contiguous copy, contracted by einsum; an optional parameter more."""

import numpy as np  # noqa: F401
import torch


def windows_of(X, h, w):
    X = X.contiguous()
    c, H, W = X.shape
    sc, sh, sw = X.stride()
    return X.as_strided((c, H - h + 1, W - w + 1, h, w), (sc, sh, sw, sh, sw))


def corr2d_multi_in(X, K, verbose=False):
    if verbose:
        print(X.shape, K.shape)
    return torch.einsum("cijuv,cuv->ij", windows_of(X, *K.shape[1:]), K)


def corr2d_multi_in_out(X, K, verbose=False):
    if verbose:
        print(X.shape, K.shape)
    return torch.einsum("cijuv,ocuv->oij", windows_of(X, *K.shape[2:]), K)
