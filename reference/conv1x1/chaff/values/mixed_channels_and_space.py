"""The channels are brought last by reshape in place of permute."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    c_o = K.shape[0]
    pixels = X.reshape(h * w, c_i)
    Y = torch.matmul(pixels, K.reshape(c_o, c_i).T)
    return Y.T.reshape(c_o, h, w)
