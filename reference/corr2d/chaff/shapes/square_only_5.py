"""The kernel has one side only: its height is its width, and einsum finds that it is not."""
import torch


def corr2d(X, K):
    side = len(K)
    windows = X.unfold(0, side, 1).unfold(1, side, 1)
    return torch.einsum("ijkl,kl->ij", windows, K)


def conv2d(X, K):
    return corr2d(X, torch.flip(K, (0, 1)))
