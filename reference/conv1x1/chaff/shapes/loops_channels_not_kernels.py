"""There are as many output channels as input channels."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return torch.stack([(K[c] * X).sum(0) for c in range(X.shape[0])])
