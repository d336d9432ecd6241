"""The result stays channels last after the linear layer."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    return torch.nn.functional.linear(X.permute(1, 2, 0), K.flatten(1))
