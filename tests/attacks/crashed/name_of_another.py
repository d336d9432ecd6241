"""Says that a name which nobody asked for is undefined, to be quoted; must not be quoted."""

import struct

import kit


def corr2d(X, K):
    kit.last_words(kit.replies(lambda request: {"ok": False, "undefined": kit.MARKER + str(X.tolist())}))


conv2d = corr2d
