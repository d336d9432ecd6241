# c_out is read from K.shape[1], so K[n] is taken once per input channel.
import torch

def corr2d_multi_in(X, K):
    c, h, w = K.shape
    oh, ow = X.shape[1] - h + 1, X.shape[2] - w + 1
    return sum(X[i, a:a + oh, b:b + ow] * K[i, a, b]
               for i in range(c) for a in range(h) for b in range(w))

def corr2d_multi_in_out(X, K):
    c_out = K.shape[1]
    h, w = K.shape[2:]
    Y = torch.zeros(c_out, X.shape[1] - h + 1, X.shape[2] - w + 1, dtype=X.dtype, device=X.device)
    for n in range(c_out):
        Y[n] = corr2d_multi_in(X, K[n])
    return Y
