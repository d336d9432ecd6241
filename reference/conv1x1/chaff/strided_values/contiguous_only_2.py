"""as_strided with the strides of a contiguous X."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    pixels = torch.as_strided(X, (c_i, h * w), (h * w, 1))
    return torch.matmul(K.flatten(1), pixels).reshape(-1, h, w)
