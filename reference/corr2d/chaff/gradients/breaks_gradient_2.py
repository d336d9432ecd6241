"""The kernel is copied with torch.tensor, which detaches it; X keeps its gradient."""
import torch


def corr2d(X, K):
    kernel = torch.tensor(K.tolist(), dtype=K.dtype)
    windows = X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1)
    return (windows * kernel).sum((2, 3))


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
