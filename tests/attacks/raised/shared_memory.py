"""Maps 4 GB of shared memory, which most limits do not count; must be stopped."""

import mmap

import kit


def corr2d(X, K):
    kept = mmap.mmap(-1, 4 << 30)
    kept[::4096] = b"x" * (1 << 20)
    kit.gained("4 GB")


conv2d = corr2d
