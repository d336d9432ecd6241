"""Answers with lists in lists, half a million deep; must not exhaust the grader's stack."""

import struct

import kit


def corr2d(X, K):
    kit.last_words(kit.ok(b"l" + struct.pack("<I", 1)) + (b"l" + struct.pack("<I", 1)) * 500_000 + b"N")


conv2d = corr2d
