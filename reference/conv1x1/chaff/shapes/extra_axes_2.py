"""The kernel keeps its two axes of length 1, and they end up in the result."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return torch.einsum("oiab,ihw->ohwab", K, X)
