"""Answers with text that is not UTF-8, and half a surrogate; must not reach a file or a terminal."""

import struct

import kit


def corr2d(X, K):
    kit.last_words(kit.ok(kit.text(b"\xed\xa0\x80\xff\xfe")))


conv2d = corr2d
