"""Uses what is supplied as intended, and keeps every graph of it; must work, as it is right."""
# exercise: multi_channel
# like: right

import torch
from corr2d import corr2d

KEPT = []


def corr2d_multi_in(X, K):
    KEPT.append([corr2d(x, k) for x, k in zip(X, K)])
    return sum(KEPT[-1])



def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K])
