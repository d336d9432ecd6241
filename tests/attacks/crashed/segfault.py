"""Reads address 0; must be named a crash and leave the warm process alive."""

import ctypes


def corr2d(X, K):
    return ctypes.string_at(0)


conv2d = corr2d
