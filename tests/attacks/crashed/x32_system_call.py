"""Makes a system call by the numbers of another architecture, which a filter could miss; must be killed."""

import ctypes

import kit


def corr2d(X, K):
    libc = ctypes.CDLL(None)
    libc.syscall(0x40000000 | 39)  # getpid of x32
    kit.gained("an x32 system call")


conv2d = corr2d
