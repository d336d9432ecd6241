# The return is indented too far: only channel 0 is ever added.
import torch

def corr2d(X, K):
    h, w = K.shape
    return (X.unfold(0, h, 1).unfold(1, w, 1) * K).sum((2, 3))

def corr2d_multi_in(X, K):
    Y = 0
    for i in range(X.shape[0]):
        Y = Y + corr2d(X[i], K[i])
        return Y

def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, K[n]) for n in range(K.shape[0])], dim=0)
