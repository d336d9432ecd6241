"""The two axes of 1 are squeezed away in place."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    K.squeeze_(3).squeeze_(2)
    return torch.einsum("oi,ihw->ohw", K, X)
