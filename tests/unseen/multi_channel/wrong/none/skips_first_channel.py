# range(1, c): channel 0 is left out of the sum.
import torch
from corr2d import corr2d

def corr2d_multi_in(X, K):
    Y = torch.zeros(X.shape[1] - K.shape[1] + 1, X.shape[2] - K.shape[2] + 1, dtype=X.dtype, device=X.device)
    for i in range(1, X.shape[0]):
        Y = Y + corr2d(X[i], K[i])
    return Y

def corr2d_multi_in_out(X, K):
    return torch.stack([corr2d_multi_in(X, k) for k in K])
