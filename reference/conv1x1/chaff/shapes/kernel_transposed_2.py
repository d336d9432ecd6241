"""einsum sums over the first axis of the kernel."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return torch.einsum("io,ihw->ohw", K.squeeze(3).squeeze(2), X)
