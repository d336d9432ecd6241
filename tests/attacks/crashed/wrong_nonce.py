"""Answers with a frame of its own and a nonce that it made up; must break the connection."""

import struct

import kit


def corr2d(X, K):
    kit.last_words({"ok": True, "value": kit.zeros(X, K)}, nonce=1)


conv2d = corr2d
