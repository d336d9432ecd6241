"""The result has the right shape, and the loop over rows stops before the last one."""
import torch


def corr2d(X, K):
    h, w = K.shape
    Y = X.new_zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(X.shape[0] - h):
        for j in range(X.shape[1] - w + 1):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
