"""A window is as high as the kernel is wide: the result has the right shape, and is filled from wrong windows."""
import torch


def corr2d(X, K):
    h, w = K.shape
    Y = X.new_zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + w, j:j + h] * K).sum()
    return Y


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
