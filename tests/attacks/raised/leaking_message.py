"""Raises with the hidden input, terminal codes and workflow commands in the message; must not be repeated."""

import kit


def corr2d(X, K):
    code = "\x1b[2J\x1b]0;owned\x07\n:" + ":error file=grades.csv:" + ":full marks\n<" + "script>alert(1)</script>"
    raise ValueError(kit.MARKER, X.tolist(), K.tolist(), code)


conv2d = corr2d
