# torch.tensor(list of lists) builds the result anew, without its history.
import torch
from corr2d import corr2d

def corr2d_multi_in(X, K):
    return sum(corr2d(x, k) for x, k in zip(X, K))

def corr2d_multi_in_out(X, K):
    maps = [corr2d_multi_in(X, k).tolist() for k in K]
    return torch.tensor(maps, dtype=X.dtype, device=X.device)
