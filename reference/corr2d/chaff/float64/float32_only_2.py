"""Both inputs are converted with float() first."""
import torch


def corr2d(X, K):
    X, K = X.float(), K.float()
    windows = X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1)
    return (windows * K).sum((2, 3))


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
