"""The general function for kernels of any size, by unfold, called with kernels of size 1."""

import torch


def corr2d(X, K):
    """(H, W), (h, w) -> (H - h + 1, W - w + 1)"""
    return torch.einsum("ijab,ab->ij", X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K)


def corr2d_multi_in(X, K):
    return sum(corr2d(x, k) for x, k in zip(X, K))


def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K], 0)


def corr2d_multi_in_out_1x1(X, K):
    assert K.shape[2:] == (1, 1), "1x1 kernels only"
    return corr2d_multi_in_out(X, K)
