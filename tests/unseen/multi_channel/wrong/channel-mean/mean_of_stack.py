# The channels are averaged.
import torch
from corr2d import corr2d

def corr2d_multi_in(X, K):
    maps = torch.stack([corr2d(x, k) for x, k in zip(X, K)])
    return maps.mean(dim=0)

def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K])
