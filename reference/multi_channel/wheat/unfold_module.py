"""nn.Unfold as a module made at every call, then tensordot."""

import torch
from torch import nn


def corr2d_multi_in_out(X, K):
    o, c, h, w = K.shape
    windows = nn.Unfold((h, w))(X[None])[0].T
    Y = torch.tensordot(K.flatten(1), windows, dims=([1], [1]))
    return Y.unflatten(1, (X.shape[1] - h + 1, X.shape[2] - w + 1))


def corr2d_multi_in(X, K):
    return corr2d_multi_in_out(X, torch.unsqueeze(K, 0)).squeeze(0)
