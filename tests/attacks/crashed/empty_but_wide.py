"""Answers with an empty tensor of 0 by 2**62 elements; must not overflow anything."""

import struct

import kit


def corr2d(X, K):
    kit.last_words(kit.ok(kit.tensor((0, 1 << 62))))


conv2d = corr2d
