"""F.conv2d does the work."""

import torch
import torch.nn.functional as F


def corr2d_multi_in(X, K):
    return F.conv2d(X[None], K[None])[0, 0]


def corr2d_multi_in_out(X, K):
    windows = X.unfold(1, K.shape[2], 1).unfold(2, K.shape[3], 1)
    return torch.einsum("cijuv,ocuv->oij", windows, K)
