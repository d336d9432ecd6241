"""Answers with keys of keys of keys; must not exhaust the grader's stack."""

import struct

import kit


def corr2d(X, K):
    kit.last_words(kit.ok((b"d" + struct.pack("<I", 1)) * 500_000))


conv2d = corr2d
