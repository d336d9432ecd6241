"""Raises groups of exceptions a thousand deep, with causes in a circle and notes of a megabyte; must be raised, no more."""


def corr2d(X, K):
    error = ValueError("x")
    error.__cause__ = error.__context__ = cause = KeyError("y")
    cause.__cause__ = error
    for _ in range(1000):
        error = BaseExceptionGroup("group", [error])
    error.add_note("n" * (1 << 20))
    raise error


conv2d = corr2d
