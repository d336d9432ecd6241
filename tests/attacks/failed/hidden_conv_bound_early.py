"""Binds the convolution to a name of its own through the module's dict, in a helper; must be found out."""
# like: convolution
# check: no_conv_call

import sliding


def corr2d(X, K):
    return sliding.window(X[None, None], K[None, None])[0, 0]


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
