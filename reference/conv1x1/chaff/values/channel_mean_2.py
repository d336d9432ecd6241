"""The product is divided by the number of input channels."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    return torch.matmul(K.reshape(-1, c_i) / c_i, X.reshape(c_i, -1)).reshape(-1, h, w)
