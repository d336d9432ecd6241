"""The result is a torch.zeros of the default type."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    Y = torch.zeros(K.shape[0], h, w)
    for o in range(K.shape[0]):
        for i in range(c_i):
            Y[o] += K[o, i, 0, 0] * X[i]
    return Y
