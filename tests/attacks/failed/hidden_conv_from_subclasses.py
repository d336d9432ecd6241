"""Ends the watches of torch and of Python, both found among what Python knows, and then convolves; must be found out."""
# like: convolution
# check: no_conv_call

import sys
import torch


def every(kind):
    for each in type.__subclasses__(kind):
        yield each
        yield from every(each)


def corr2d(X, K):
    layer = next(each for each in every(torch.nn.Module) if each.__name__ == "Conv" + "2d")
    around = next(each for each in every(object) if each.__name__ == "_Disable" + "Torch" + "Dispatch")
    names = [value for key, value in layer.forward.__globals__.items() if key == "F"][0].__dict__
    function = [value for key, value in names.items() if key == "conv" + "2d"][0]
    profile = [value for key, value in sys.__dict__.items() if key == "setprof" + "ile"][0]
    profile(None)
    guard = around()
    Y = function(X[None, None], K[None, None])[0, 0]
    del guard
    return Y


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
