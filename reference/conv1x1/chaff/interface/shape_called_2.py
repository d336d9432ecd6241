"""The number of output channels is asked for as K.shape(0), in a helper."""
import torch


def out_channels(K):
    return K.shape(0)


def corr2d_multi_in_out_1x1(X, K):
    Y = K.flatten(1) @ X.flatten(1)
    return Y.reshape(out_channels(K), *X.shape[1:])
