# c_i and c_o are read from K.shape in the wrong order, and K is indexed [i, o].
import torch

def corr2d_multi_in_out_1x1(X, K):
    c_i, c_o = K.shape[0], K.shape[1]
    h, w = X.shape[1], X.shape[2]
    Y = torch.zeros(c_o, h, w, dtype=X.dtype, device=X.device)
    for o in range(c_o):
        for i in range(c_i):
            Y[o] = Y[o] + K[i, o, 0, 0] * X[i]
    return Y
