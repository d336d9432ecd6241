# corr2d_multi_in_out returns a Python list of maps, not a tensor.
import torch
from corr2d import corr2d

def corr2d_multi_in(X, K):
    return sum(corr2d(x, k) for x, k in zip(X, K))

def corr2d_multi_in_out(X, K):
    return [corr2d_multi_in(X, k) for k in K]
