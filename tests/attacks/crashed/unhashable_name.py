"""Raises a NameError whose name is a list, which no table can be asked for; must cost its own process alone."""


def corr2d(X, K):
    error = NameError("name 'x' is not defined")
    error.name = [[]]
    raise error


conv2d = corr2d
