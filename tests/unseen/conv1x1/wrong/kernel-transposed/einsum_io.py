# The einsum reads K as (c_i, c_o).
import torch

def corr2d_multi_in_out_1x1(X, K):
    K = K.squeeze(3).squeeze(2)
    return torch.einsum('io,ihw->ohw', K, X)
