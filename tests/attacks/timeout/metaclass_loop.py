"""Raises a class whose name is computed for ever; must be killed at its deadline."""


class Named(type):
    @property
    def __name__(cls):
        while True:
            pass


class Nameless(Exception, metaclass=Named):
    pass


def corr2d(X, K):
    raise Nameless
