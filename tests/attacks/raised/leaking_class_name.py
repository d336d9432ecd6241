"""Raises a class that is named after the hidden input; must not be named."""

import kit


def corr2d(X, K):
    raise type(f"{kit.MARKER} {X.tolist()}", (Exception,), {"__module__": kit.MARKER})(X.tolist())


conv2d = corr2d
