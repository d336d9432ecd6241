"""A callable object of a dataclass, and a corr2d of one's own that it does not need at all."""

from dataclasses import dataclass

import numpy as np  # noqa
import torch


def corr2d(X, K):
    h, w = K.shape
    return (X.unfold(0, h, 1).unfold(1, w, 1) * K).sum((2, 3))


@dataclass
class OneByOne:
    keep_shape: bool = True

    def __call__(self, X, K):
        c, *space = X.shape
        Y = K.flatten(1) @ X.flatten(1)
        return Y.unflatten(1, space) if self.keep_shape else Y


corr2d_multi_in_out_1x1 = OneByOne()
