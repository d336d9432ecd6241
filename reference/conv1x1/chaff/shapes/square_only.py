"""The height is used for the width too."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, n = X.shape[0], X.shape[1]
    return torch.matmul(K.reshape(-1, c_i), X.reshape(c_i, n * n)).reshape(-1, n, n)
