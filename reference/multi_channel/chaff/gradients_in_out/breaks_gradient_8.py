"""NumPy does the work, on tensors that carry no gradient."""

import numpy as np
import torch


def corr2d_multi_in(X, K):
    windows = X.unfold(1, K.shape[1], 1).unfold(2, K.shape[2], 1)
    return torch.einsum("cijuv,cuv->ij", windows, K)


def corr2d_multi_in_out(X, K):
    windows = np.lib.stride_tricks.sliding_window_view(X.numpy(), K.shape[2:], axis=(1, 2))
    return torch.from_numpy(np.einsum("cijuv,ocuv->oij", windows, K.numpy()))
