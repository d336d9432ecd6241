"""Asks for a correlation of 4 million elements; must be refused."""
# exercise: multi_channel
# like: nothing

import torch
from corr2d import corr2d

import kit


def corr2d_multi_in(X, K):
    kit.gained(corr2d(torch.zeros(2000, 2000), torch.zeros(1, 1)).shape)


corr2d_multi_in_out = corr2d_multi_in
