# X.size[0]: size is a method and was not called.
import torch

def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.size[0], X.size[1], X.size[2]
    c_o = K.shape[0]
    return (K.reshape(c_o, c_i) @ X.reshape(c_i, h * w)).reshape(c_o, h, w)
