"""Only the first kernel is used."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return (K[0] * X).sum(0, keepdim=True)
