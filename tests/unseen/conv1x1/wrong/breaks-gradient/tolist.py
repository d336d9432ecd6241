# The result is rebuilt with torch.tensor from Python numbers.
import torch

def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    Y = K.reshape(-1, c_i) @ X.reshape(c_i, -1)
    return torch.tensor(Y.tolist(), dtype=X.dtype, device=X.device).reshape(-1, h, w)
