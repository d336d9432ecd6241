"""The products are made in float16."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return (K.half() * X.half()).sum(1).to(X.dtype)
