"""Answers with an error whose type has a megabyte and whose line is text; must not be shown."""

import struct

import kit


def corr2d(X, K):
    error = {"type": kit.MARKER * 200_000, "message": "", "bases": [], "file": "corr2d.py", "line": "1"}
    kit.last_words({"ok": False, "error": error})


conv2d = corr2d
