"""Recurses without a bound until the stack or the memory is gone; must cost its own process alone."""

import sys
import threading

sys.setrecursionlimit(10**9)
threading.stack_size(256 << 20)


def deeper(n):
    return repr([deeper(n + 1), n])


class Deep:
    def __repr__(self):
        return repr(self)


def corr2d(X, K):
    return repr(Deep())


conv2d = corr2d
