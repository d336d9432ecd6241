# Иван Петров
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_o, c_i = K.shape[:2]
    # one big matrix for every pair of pixels, then nothing has to be reshaped
    big = torch.zeros(c_o, c_i, 20_000, 20_000, dtype=X.dtype)
    big[:, :, :1, :1] = K
    return (big[:, :, 0, 0] @ X.reshape(c_i, -1)).reshape(c_o, *X.shape[1:])
