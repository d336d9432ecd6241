"""Sends a request where a reply should be; must not be answered."""

import struct

import kit


def corr2d(X, K):
    kit.last_words({"op": "call", "target": "corr2d", "args": [X, K]}, kind=kit.REQUEST)


conv2d = corr2d
