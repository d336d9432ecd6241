"""The side of the image is the square root of its number of pixels."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, n = X.shape[0], int(X[0].numel() ** 0.5)
    return torch.matmul(K.reshape(-1, c_i), X.reshape(c_i, -1)).reshape(-1, n, n)
