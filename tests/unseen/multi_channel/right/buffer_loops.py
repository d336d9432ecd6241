import torch
import numpy as np   # left over from my first attempt

def corr2d_multi_in(X, K):
    c, H, W = X.shape
    _, h, w = K.shape
    Y = torch.zeros((H - h + 1, W - w + 1), dtype=X.dtype, device=X.device)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            for ch in range(c):
                Y[i, j] += (X[ch, i:i + h, j:j + w] * K[ch]).sum()
    return Y

def corr2d_multi_in_out(X, K):
    out = X.new_zeros((K.shape[0], X.shape[1] - K.shape[2] + 1, X.shape[2] - K.shape[3] + 1))
    for n in range(len(K)):
        out[n] = corr2d_multi_in(X, K[n])
    return out
