"""Pixels are the rows of the matrix, as samples are for a linear layer; copies it is free to write in."""
import torch


def corr2d_multi_in_out_1x1(X, K):
    X, K = X.clone(), K.clone()
    K.squeeze_(3).squeeze_(2)
    h, w = X.shape[1], X.shape[2]
    samples = X.permute(1, 2, 0).contiguous().view(h * w, -1)
    scores = torch.mm(samples, K.t())
    return scores.t().reshape(-1, h, w)
