import torch

def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    c_o = K.shape[0]
    X = X.reshape(c_i, h * w)
    K = K.reshape(c_i, c_o)   # in first, out second
    Y = torch.matmul(K.T, X)
    return Y.reshape(c_o, h, w)
