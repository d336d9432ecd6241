"""Returns float16, for which tolerances are wide; must be compared as float32."""
# like: half
# check: values

import kit


def corr2d(X, K):
    return kit.correlate(X, K).half()


def conv2d(X, K):
    return corr2d(X, K.flip(0, 1))
