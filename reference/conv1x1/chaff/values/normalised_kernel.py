"""The weights are put through a softmax."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    weights = torch.softmax(K[:, :, 0, 0], dim=1)
    return torch.einsum("oi,ihw->ohw", weights, X)
