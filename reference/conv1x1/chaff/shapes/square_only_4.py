"""The height is used for the width too, and the channels are what is left."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    n = X.shape[1]
    return torch.matmul(K.flatten(1), X.reshape(-1, n * n)).reshape(-1, n, n)
