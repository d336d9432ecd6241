"""Pixel values are taken out of X with .data."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    return torch.matmul(K.flatten(1), X.data.reshape(c_i, h * w)).reshape(-1, h, w)
