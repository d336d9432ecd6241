"""Convolves in the handler of a signal that it sends to itself, out of reach of whoever reads; must be found out."""
# like: convolution
# check: no_conv_call

import signal

from torch.nn import functional as F

box = []


def handle(*_):
    X, K = box.pop()
    box.append(F.conv2d(X[None, None], K[None, None])[0, 0])


signal.signal(signal.SIGUSR1, handle)


def corr2d(X, K):
    box.append((X, K))
    signal.raise_signal(signal.SIGUSR1)
    return box.pop()


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
