import torch
import torch.nn.functional as F

def corr2d_multi_in_out_1x1(X, K, bias=None):
    # nn.Linear's function on pixels as rows: (h*w, c_i) -> (h*w, c_o)
    rows = X.flatten(1).transpose(0, 1)
    y = F.linear(rows, K.flatten(1), bias)
    return y.transpose(0, 1).reshape(-1, *X.shape[1:])
