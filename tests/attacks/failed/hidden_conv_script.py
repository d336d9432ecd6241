"""Compiles a convolution to TorchScript from a text that stands on its head, while it is imported; must be found out."""
# like: convolution
# check: no_conv_call

import torch

SOURCE = """
)k ,x(d2vnoc.hcrot nruter
:)k ,x(f fed"""
unit = torch.jit.CompilationUnit("\n    ".join(line[::-1] for line in reversed(SOURCE.split("\n"))).strip())


def corr2d(X, K):
    return unit.f(X[None, None], K[None, None])[0, 0]


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
