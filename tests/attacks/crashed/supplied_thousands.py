"""Asks thousands of small questions in one call; there must be a bound."""
# exercise: multi_channel
# like: nothing

import torch
from corr2d import corr2d


def corr2d_multi_in(X, K):
    while True:
        corr2d(torch.zeros(1, 1), torch.zeros(1, 1))
