#!/usr/bin/env python3
"""Liam O'Connor. Only did the first one, sorry. -- L."""

import torch

class corr2d:
    """Just messing about with callables."""

    def __new__(cls, X, K):
        h, w = K.size()
        H, W = X.size()
        total = X.new_zeros(())
        for a in range(h):
            for b in range(w):
                total = total + K[a, b] * X[a : H - h + 1 + a, b : W - w + 1 + b]
        return total


def conv2d(X, K):
    # symmetric kernels come out the same either way
    return corr2d(X, K)


print("hello from liam's laptop", torch.__version__)
