"""Asks for the largest correlation that it gets, again and again; the deadline must hold."""
# exercise: multi_channel
# like: nothing

import torch
from corr2d import corr2d


def corr2d_multi_in(X, K):
    X, K = torch.zeros(126, 126).requires_grad_(), torch.zeros(1, 1).requires_grad_()
    while True:
        corr2d(X, K).sum().backward()
