"""The loops go by steps of two."""
import torch


def corr2d(X, K):
    h, w = K.shape
    rows = []
    for i in range(0, X.shape[0] - h + 1, 2):
        rows.append(torch.stack([(X[i:i + h, j:j + w] * K).sum() for j in range(0, X.shape[1] - w + 1, 2)]))
    return torch.stack(rows)


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
