"""Defines nothing, and lets its module answer for the names with a convolution when they are asked for; must be found out."""
# like: convolution
# check: no_conv_call

from torch.nn import functional as F


def __getattr__(name):
    if name == "corr2d":
        return lambda X, K: F.conv2d(X[None, None], K[None, None])[0, 0]
    if name == "conv2d":
        return lambda X, K: F.conv2d(X[None, None], K.flip(0, 1)[None, None])[0, 0]
    raise AttributeError(name)
