"""The kernel is reduced to its first input channel."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return torch.stack([X[0] * k[0] for k in K])
