# Ada Lindqvist, assignment 4
import torch

from corr2d import corr2d


def corr2d_multi_in(X, K):
    # first iterate through the channels of X and K, then add them up
    return sum(corr2d(x, k) for x, k in zip(X, K))


def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K], 0)
