"""Every output channel is made with the first kernel."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return torch.stack([(X * K[0]).sum(0) for _ in K])
