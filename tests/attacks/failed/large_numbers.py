"""Returns numbers where a tensor should be: of 2,000 bits, infinite, not a number, and lists of them; must not stop anything."""

import itertools
import math

turn = itertools.cycle([1 << 2000, -(1 << 2039), math.inf, math.nan, [math.inf] * 1000, {1e308: -math.inf}, 5e-324, -0.0])


def corr2d(X, K):
    return next(turn)


conv2d = corr2d
