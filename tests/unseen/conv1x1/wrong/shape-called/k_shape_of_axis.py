# K.shape(0) in the manner of K.size(0).
import torch

def corr2d_multi_in_out_1x1(X, K):
    c_o = K.shape(0)
    c_i = X.size(0)
    Y = torch.matmul(K.view(c_o, c_i) if K.is_contiguous() else K.reshape(c_o, c_i), X.flatten(1))
    return Y.reshape(c_o, X.size(1), X.size(2))
