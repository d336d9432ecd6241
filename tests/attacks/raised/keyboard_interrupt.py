"""Raises KeyboardInterrupt; must not stop the run."""


def corr2d(X, K):
    raise KeyboardInterrupt


def conv2d(X, K):
    raise GeneratorExit
