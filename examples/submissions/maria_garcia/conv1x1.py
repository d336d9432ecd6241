# María García - Tarea 5
import torch


def corr2d_multi_in_out_1x1(X, K):
    return torch.tensordot(K[:, :, 0, 0], X, dims=([1], [0]))
