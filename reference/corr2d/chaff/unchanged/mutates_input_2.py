"""Each element of X is overwritten by the result once its window is done, to save memory."""
import torch


def corr2d(X, K):
    h, w = K.shape
    n, m = X.shape[0] - h + 1, X.shape[1] - w + 1
    for i in range(n):
        for j in range(m):
            X[i, j] = (X[i:i + h, j:j + w].clone() * K).sum()
    return X[:n, :m].clone()


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
