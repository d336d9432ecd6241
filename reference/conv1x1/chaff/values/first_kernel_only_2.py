"""The kernels are summed, and the one channel is repeated."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    mixed = torch.einsum("i,ihw->hw", K.sum((0, 2, 3)), X)
    return mixed.expand(K.shape[0], *mixed.shape).clone()
