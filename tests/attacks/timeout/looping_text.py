"""Raises an exception whose text is never finished; must be killed at its deadline."""


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def corr2d(X, K):
    raise Endless
