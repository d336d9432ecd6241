"""The weighted channels are averaged."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return (K * X).mean(dim=1)
