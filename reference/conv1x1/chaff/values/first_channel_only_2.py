"""The loop over input channels assigns where it should add: the last one is left."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    Y = torch.zeros((K.shape[0], *X.shape[1:]), dtype=X.dtype)
    for o in range(K.shape[0]):
        for i in range(X.shape[0]):
            Y[o] = K[o, i, 0, 0] * X[i]
    return Y
