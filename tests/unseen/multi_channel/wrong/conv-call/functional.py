# F.conv2d does everything.
import torch
import torch.nn.functional as F

def corr2d_multi_in(X, K):
    return F.conv2d(X[None], K[None])[0, 0]

def corr2d_multi_in_out(X, K):
    return F.conv2d(X[None], K)[0]
