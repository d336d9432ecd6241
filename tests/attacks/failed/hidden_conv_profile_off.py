"""Switches the profiler off around a convolution whose name is put together; must be found out."""
# like: convolution
# check: no_conv_call

import sys

import torch.nn.functional as F


def corr2d(X, K):
    sys.setprofile(None)
    return getattr(F, "con" + "v2d"[0:])(X[None, None], K[None, None])[0, 0]


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
