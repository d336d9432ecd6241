"""Blinds the watch in the worker, and finds a convolution among the subclasses of Module; must be found out."""
# like: convolution
# check: no_conv_call

from contextlib import contextmanager

import torch
from autograder.sandbox import executor


@contextmanager
def blind(wanted, *_):
    yield (set(), set()) if wanted else None


executor.watching = blind


def corr2d(X, K):
    layer = next(each for each in torch.nn.Module.__subclasses__() if each.__name__ == "_ConvN" + "d")
    layer = next(each for each in layer.__subclasses__() if each.__name__.endswith("v2d"))
    with torch.no_grad():
        module = layer(1, 1, tuple(K.shape), bias=False)
    module.weight = None
    del module._parameters["weight"]
    module.weight = K[None, None]
    return module(X[None, None])[0, 0]


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
