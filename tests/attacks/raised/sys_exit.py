"""Ends the program with success, at every call; must not count as success."""

import sys


def corr2d(X, K):
    sys.exit(0)


conv2d = corr2d
