"""Compiles a convolution to TorchScript from a text that stands on its head, while it is imported; must be found out."""
# like: convolution
# check: no_conv_call

import torch

SOURCE = "\n)k ,x(d2vnoc.hcrot nruter    \n:)k ,x(f fed"
unit = torch.jit.CompilationUnit(SOURCE[::-1])


def corr2d(X, K):
    return unit.f(X[None, None], K[None, None])[0, 0]


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
