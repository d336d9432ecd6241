"""conv2d is written out, one row short."""
import torch


def corr2d(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((2, 3))


def conv2d(X, K):
    h, w = K.shape
    flipped = K.flip(0, 1)
    rows = []
    for i in range(X.shape[0] - h):
        rows.append(torch.stack([(X[i:i + h, j:j + w] * flipped).sum() for j in range(X.shape[1] - w + 1)]))
    return torch.stack(rows)
