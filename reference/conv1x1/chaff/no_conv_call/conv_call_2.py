"""A one-dimensional convolution over the flattened pixels."""
from torch import nn


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    layer = nn.functional.conv1d
    return layer(X.reshape(1, c_i, h * w), K.flatten(2)).reshape(-1, h, w)
