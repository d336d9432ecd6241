"""Asks for the largest correlation that it gets, again and again; the deadline must hold."""
# exercise: multi_channel
# like: nothing

import torch
from corr2d import corr2d


def corr2d_multi_in(X, K):
    while True:
        corr2d(torch.zeros(126, 126), torch.zeros(1, 1))
