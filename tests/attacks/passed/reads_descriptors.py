"""Reads whatever is open and tries to open more by number; there must be its own connection alone."""

import os
import stat

import kit
from kit import convolve as conv2d


def look():
    sockets = 0
    for fd in range(3, 1024):
        try:
            mode = os.fstat(fd).st_mode
        except OSError:
            continue
        sockets += stat.S_ISSOCK(mode)
        if not stat.S_ISSOCK(mode):
            kit.gained(f"descriptor {fd}, mode {mode:o}")
    if sockets > 1:
        kit.gained(f"{sockets} sockets")


def corr2d(X, K):
    look()
    return kit.correlate(X, K)


look()
