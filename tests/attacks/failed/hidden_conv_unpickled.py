"""Unpickles the convolution from bytes that hold its name the other way round; must be found out."""
# like: convolution
# check: no_conv_call

import pickle


def corr2d(X, K):
    name = b"d2vnoc\nlanoitcnuf.nn.hcrot"
    function = pickle.loads(b"c" + name.split(b"\n")[1][::-1] + b"\n" + name.split(b"\n")[0][::-1] + b"\n.")
    return function(X[None, None], K[None, None])[0, 0]


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
