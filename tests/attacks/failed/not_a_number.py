"""Returns NaN everywhere, which is neither greater nor smaller than any tolerance; must not be close."""
# like: not_a_number
# check: values

import kit


def corr2d(X, K):
    return kit.zeros(X, K) + float("nan")


conv2d = corr2d
