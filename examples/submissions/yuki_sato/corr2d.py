# Sato Yuki (佐藤 由紀)
import torch


def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1, dtype=X.dtype, device=X.device)
    i = 0
    while i < Y.shape[0]:
        j = 0
        while j < Y.shape[1]:
            Y[i, j] = torch.sum(X[i:i + h, j:j + w] * K)
            j += 1
        i += 1
    return Y


def conv2d(X, K):
    K = torch.flip(K, (0, 1))
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1, dtype=X.dtype, device=X.device)
    i = 0
    while i < Y.shape[0]:
        j = 0
        while j < Y.shape[1]:
            Y[i, j] = torch.sum(X[i:i + h, j:j + w] * K)
        i += 1
    return Y
