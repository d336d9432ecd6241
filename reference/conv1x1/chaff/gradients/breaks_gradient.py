"""The kernel is rebuilt from its numbers, which detaches it."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    c_i, h, w = X.shape
    weights = torch.tensor(K.flatten().tolist(), dtype=X.dtype).reshape(-1, c_i)
    return torch.matmul(weights, X.reshape(c_i, h * w)).reshape(-1, h, w)
