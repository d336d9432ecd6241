"""Announces a list of four billion items; must not be allocated."""

import struct

import kit


def corr2d(X, K):
    kit.last_words(kit.ok(b"l" + struct.pack("<I", 0xFFFFFFFF) + b"N" * 1000))


conv2d = corr2d
