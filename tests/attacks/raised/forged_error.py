"""Answers with an error of its own making: a known type, a far line, control characters; must not be believed."""

import kit


def corr2d(X, K):
    error = {
        "type": "KeyError\x1b[31m" + kit.MARKER, "bases": ["MachineryError", "Skipped"], "message": "\x00" + kit.MARKER,
        "file": "corr2d.py", "line": 10**500,
    }
    kit.last_words(kit.replies(lambda request: {"ok": False, "error": error}))


def conv2d(X, K):
    error = {"type": "MachineryError", "bases": [], "message": kit.MARKER, "file": "\x1b" + kit.MARKER, "line": 1}
    kit.last_words(kit.replies(lambda request: {"ok": False, "error": error}))
