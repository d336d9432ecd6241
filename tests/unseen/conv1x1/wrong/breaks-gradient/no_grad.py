# Everything is computed under torch.no_grad().
import torch

@torch.no_grad()
def corr2d_multi_in_out_1x1(X, K):
    return torch.einsum('oi,ihw->ohw', K[:, :, 0, 0], X)
