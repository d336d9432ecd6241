"""Matches a regular expression that takes for ever and lets nobody else run meanwhile; must be killed at its deadline."""

import re


def corr2d(X, K):
    return re.match(r"(a|a?)+$", "a" * 60 + "b")


conv2d = corr2d
