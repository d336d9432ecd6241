"""Both inputs are converted with float() first."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return torch.tensordot(K.float().flatten(1), X.float(), dims=1)
