"""Answers with a module whose parameters are no tensors; must not confuse the mirror of it."""

import struct

import kit


def corr2d(X, K):
    from autograder.sandbox.wire import Handle

    kit.last_words(kit.replies(lambda request: {"ok": True, "value": Handle(1, "Tensor", {"parameters": {"a": 1}})}))


conv2d = corr2d
