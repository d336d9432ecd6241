"""Answers with a tensor whose strides point outside its bytes; must not read the grader's memory."""

import struct

import kit


def corr2d(X, K):
    kit.last_words(kit.ok(kit.tensor((2, 2), struct.pack("<QQ", 1 << 40, 1) + struct.pack("<Q", 1) + bytes(4), flags=2)))


conv2d = corr2d
