"""The product is made in float32 and converted back."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    Y = torch.matmul(K.flatten(1).float(), X.flatten(1).to(torch.float32))
    return Y.type(X.dtype).reshape(-1, h, w)
