"""conv2d mirrors the kernel left to right, with fliplr."""
import torch


def corr2d(X, K):
    return torch.einsum("ijab,ab->ij", X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1), K)


def conv2d(X, K):
    return corr2d(X, torch.fliplr(K))
