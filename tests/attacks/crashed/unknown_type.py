"""Answers with an element type that is none; must not index anything."""

import struct

import kit


def corr2d(X, K):
    kit.last_words(kit.ok(kit.tensor((2, 2), bytes(16), dtype=200)))


conv2d = corr2d
