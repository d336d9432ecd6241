"""Returns one number seen 2**40 times; must not be written out anywhere."""

import torch


def corr2d(X, K):
    return torch.zeros(1, 1).expand(1 << 20, 1 << 20)


conv2d = corr2d
