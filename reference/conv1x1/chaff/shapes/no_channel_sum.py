"""The products stand side by side, one per pair of channels."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return X * K
