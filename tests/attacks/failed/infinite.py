"""Returns infinities, to which every finite number has the same distance; must not be close."""
# like: not_a_number
# check: values

import kit


def corr2d(X, K):
    return kit.zeros(X, K) + float("inf")


conv2d = corr2d
