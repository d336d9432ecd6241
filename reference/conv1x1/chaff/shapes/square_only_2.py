"""The number of input channels is used for the output channels too."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    c, h, w = X.shape
    return torch.matmul(K.reshape(-1, c), X.reshape(c, h * w)).reshape(c, h, w)
