"""The input is padded by all but one of the kernel's rows and columns."""

import torch
import torch.nn.functional as F


def corr2d_multi_in(X, K):
    windows = X.unfold(1, K.shape[1], 1).unfold(2, K.shape[2], 1)
    return torch.einsum("cijuv,cuv->ij", windows, K)


def corr2d_multi_in_out(X, K):
    h, w = K.shape[2:]
    padded = F.pad(X, (w - 1, w - 1, h - 1, h - 1))
    return torch.stack([corr2d_multi_in(padded, k) for k in K])
