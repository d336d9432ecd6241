"""Answers with a dict whose keys are integers of one hash; must not keep the grader busy."""

import struct

import kit


def corr2d(X, K):
    keys = [(2**61 - 1) * 4 * n for n in range(1, 60_000)]
    raw = b"".join(b"i" + struct.pack("<I", 16) + key.to_bytes(16, "little", signed=True) + b"N" for key in keys)
    kit.last_words(kit.ok(b"d" + struct.pack("<I", len(keys)) + raw))


conv2d = corr2d
