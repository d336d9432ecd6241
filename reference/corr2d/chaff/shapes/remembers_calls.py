"""The list of rows is a default argument, so that it grows from call to call.

Also loses: dtype, gradient, purity, restriction: no call after the first one works.
"""
import torch


def corr2d(X, K, rows=[]):
    h, w = K.shape
    for i in range(X.shape[0] - h + 1):
        row = [(X[i:i + h, j:j + w] * K).sum() for j in range(X.shape[1] - w + 1)]
        rows.append(torch.stack(row))
    return torch.stack(rows)


def conv2d(X, K):
    turned = torch.flip(K, (0, 1))
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * turned).sum((2, 3))
