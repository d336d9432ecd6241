"""Sends a frame of 100 MB, more than anything needs; must be cut off."""

import struct

import kit


def corr2d(X, K):
    kit.last_words(kit.ok(kit.tensor((25 << 20,), bytes(100 << 20))))


conv2d = corr2d
