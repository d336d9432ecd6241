"""Answers with a value that ends in its middle, in a frame that does not; must break the connection."""

import struct

import kit


def corr2d(X, K):
    kit.last_words(kit.ok(kit.tensor((2, 2), bytes(7))))


conv2d = corr2d
