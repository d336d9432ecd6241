"""K.squeeze() is meant for the two last axes, and takes a single channel too."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    return torch.matmul(K.squeeze(), X.reshape(c_i, h * w)).reshape(K.squeeze().shape[0], h, w)
