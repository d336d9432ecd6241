"""Pops the mode that watches torch, convolves by a name from a list, and pushes it again; must be found out."""
# like: convolution
# check: no_conv_call

import torch
from torch.utils._python_dispatch import _disable_current_modes

FUNCTIONS = vars(torch.nn.functional)


def corr2d(X, K):
    with _disable_current_modes():
        return FUNCTIONS["conv" + str(2) + "d"](X[None, None], K[None, None])[0, 0]


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
