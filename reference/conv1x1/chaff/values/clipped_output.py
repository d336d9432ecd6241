"""Negative results become zero."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return torch.relu((K * X).sum(1))
