"""Answers with twenty thousand modules and with long text, to be mirrored; must not fill the grading process."""

import kit


def corr2d(X, K):
    from autograder.sandbox.wire import Handle

    one = Handle(1, "Tensor", {"parameters": {}, "buffers": {}})
    kit.last_words({"ok": True, "value": [one] * 20_000})


def conv2d(X, K):
    kit.last_words({"ok": True, "value": "x" * (70 << 20) + chr(0x1F600)})
