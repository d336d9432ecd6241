"""The products are summed over the output channels."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return (K * X).sum(0)
