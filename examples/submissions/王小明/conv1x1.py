# 王小明 2023141452 作业五
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    c_o = K.shape[0]
    像素 = X.reshape(c_i, h * w)
    权重 = torch.tensor(K.tolist(), dtype=K.dtype).reshape(c_o, c_i)
    return (权重 @ 像素).reshape(c_o, h, w)
