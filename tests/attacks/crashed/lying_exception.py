"""Raises an exception whose traceback, class and text lie and raise in turn; must not break the worker's loop."""

import kit


class Liar(Exception):
    __class__ = KeyboardInterrupt
    __module__ = property(lambda self: 1 / 0)

    def __str__(self):
        raise SystemExit(kit.MARKER)

    def __getattribute__(self, name):
        raise RecursionError(kit.MARKER)


def corr2d(X, K):
    raise Liar(X)


conv2d = corr2d
