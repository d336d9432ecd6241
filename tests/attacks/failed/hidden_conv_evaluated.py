"""Evaluates a convolution from a string that stands on its head, with builtins of its own; must be found out."""
# like: convolution
# check: no_conv_call

import torch

__builtins__ = {"__import__": __import__, "eval": eval}
SOURCE = ")]enoN ,enoN[K ,]enoN ,enoN[X(d2vnoc.lanoitcnuf.nn.hcrot"


def corr2d(X, K):
    return eval(SOURCE[::-1], {"torch": torch, "X": X, "K": K})[0, 0]


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
