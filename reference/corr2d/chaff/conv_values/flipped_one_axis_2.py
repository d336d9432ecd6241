"""conv2d writes the convolution out, and forgets to run backwards along the columns."""
import torch


def corr2d(X, K):
    rows = []
    for i in range(X.shape[0] - K.shape[0] + 1):
        rows.append(torch.stack([(X[i:i + K.shape[0], j:j + K.shape[1]] * K).sum()
                                 for j in range(X.shape[1] - K.shape[1] + 1)]))
    return torch.stack(rows)


def conv2d(X, K):
    h, w = K.shape
    rows = []
    for i in range(X.shape[0] - h + 1):
        row = []
        for j in range(X.shape[1] - w + 1):
            row.append(sum(X[i + a, j + b] * K[h - 1 - a, b] for a in range(h) for b in range(w)))
        rows.append(torch.stack(row))
    return torch.stack(rows)
