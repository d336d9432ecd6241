"""Returns 16 MB of NaN that have a graph where gradients are looked at; must neither fill nor kill the grading process."""
# like: linked_zeros
# check: gradients

import kit


def corr2d(X, K):
    if X.requires_grad:
        return (X.sum() * K.sum()).expand(2000, 2000) * float("nan")
    return kit.zeros(X, K) + X.sum() * K.sum() * 0


conv2d = corr2d
