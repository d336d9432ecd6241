# X.view refuses tensors that are not contiguous.
import torch

def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    c_o = K.shape[0]
    return torch.mm(K.reshape(c_o, c_i), X.view(c_i, h * w)).view(c_o, h, w)
