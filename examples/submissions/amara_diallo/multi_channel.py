# Amara Diallo
import torch
from corr2d import corr2d


def corr2d_multi_in(X, K):
    result = None
    for x, k in zip(X, K):
        y = corr2d(x, k)
        result = y if result is None else result + y
    return result


def corr2d_multi_in_out(X, K):
    maps = [corr2d_multi_in(X, kernel) for kernel in K]
    return torch.stack(maps)
