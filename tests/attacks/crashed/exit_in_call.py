"""Ends the process with exit code 0 in the first call; must not count as success."""

import os


def corr2d(X, K):
    os._exit(0)


conv2d = corr2d
