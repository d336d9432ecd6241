# torch.conv2d, the same thing under torch's own name.
import torch

def _layer(batch, kernel):
    return torch.conv2d(batch, kernel)

def corr2d_multi_in_out_1x1(X, K):
    return _layer(X[None, ...], K)[0]
