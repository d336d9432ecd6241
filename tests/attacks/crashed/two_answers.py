"""Answers by itself with the right nonce, and then once more; the second one must not count for anything."""

# like: zeros
# check: shapes

import struct

import kit


def corr2d(X, K):
    kit.send(kit.replies(lambda request: {"ok": True, "value": kit.zeros(*request["args"])}))
    return kit.correlate(X, K)


conv2d = corr2d
