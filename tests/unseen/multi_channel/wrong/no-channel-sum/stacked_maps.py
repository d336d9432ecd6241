# corr2d_multi_in stacks the maps of the channels and does not add them up.
import torch
from corr2d import corr2d

def corr2d_multi_in(X, K):
    return torch.stack([corr2d(x, k) for x, k in zip(X, K)])

def corr2d_multi_in_out(X, K):
    return torch.stack([sum(corr2d(x, k) for x, k in zip(X, kern)) for kern in K])
