"""The image comes out as one column per output channel."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return (K.flatten(1) @ X.flatten(1)).unsqueeze(-1)
