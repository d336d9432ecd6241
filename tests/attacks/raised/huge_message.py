"""Raises with a message of 200 MB; must not travel, nor fill a file."""

import kit


def corr2d(X, K):
    raise ValueError(kit.MARKER * 40_000_000)


class Endless(Exception):
    def __str__(self):
        return "x" * (1 << 40)


def conv2d(X, K):
    raise Endless
