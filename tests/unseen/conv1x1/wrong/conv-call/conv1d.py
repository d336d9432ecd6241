# The pixels go through a one-dimensional library convolution.
import torch
from torch.nn.functional import conv1d as mix

def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    y = mix(X.reshape(1, c_i, h * w), K.reshape(K.shape[0], c_i, 1))
    return y.reshape(-1, h, w)
