# The helper for one channel is torch.conv2d in disguise.
import torch

def corr2d(x, k):
    return torch.conv2d(x.unsqueeze(0).unsqueeze(0), k.unsqueeze(0).unsqueeze(0)).squeeze(0).squeeze(0)

def corr2d_multi_in(X, K):
    return sum(corr2d(X[i], K[i]) for i in range(len(X)))

def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K])
