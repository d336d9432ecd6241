"""Answers with tens of millions of nothings; must not fill the grader's memory."""

import struct

import kit


def corr2d(X, K):
    kit.last_words(kit.ok(b"l" + struct.pack("<I", 60 << 20) + b"N" * (60 << 20)))


conv2d = corr2d
