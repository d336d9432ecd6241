import torch
from corr2d import corr2d

def corr2d_multi_in(X, K):
    out = corr2d(X[0], K[0])
    for c in range(1, X.shape[0]):
        out += corr2d(X[c], K[c])
    return out / X.shape[0]   # so that it does not grow with the number of channels

def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K])
