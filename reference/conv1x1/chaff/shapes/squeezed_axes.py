"""All axes of length 1 are squeezed away at the end."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return torch.einsum("oi,ihw->ohw", K[:, :, 0, 0], X).squeeze()
