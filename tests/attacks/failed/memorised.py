"""Knows the results of the public examples by heart, and gives zeros for whatever else it is asked; must not do."""
# like: zeros
# check: values

import torch

from kit import zeros

KNOWN = {
    (3, 3, 2, 2): torch.tensor([[19.0, 25.0], [37.0, 43.0]]),
    (6, 8, 1, 2): torch.tensor([[0.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0]]).repeat(6, 1),
}


def corr2d(X, K):
    known = KNOWN.get((*X.shape, *K.shape))
    return zeros(X, K) if known is None else known.to(X.dtype) * X.sum().sign()


conv2d = corr2d
