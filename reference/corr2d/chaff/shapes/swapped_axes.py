"""The result comes out transposed: columns are looped over outside."""
import torch


def corr2d(X, K):
    h, w = K.shape
    columns = []
    for j in range(X.shape[1] - w + 1):
        columns.append(torch.stack([(X[i:i + h, j:j + w] * K).sum() for i in range(X.shape[0] - h + 1)]))
    return torch.stack(columns)


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
