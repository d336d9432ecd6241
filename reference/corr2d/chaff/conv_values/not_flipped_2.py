"""conv2d turns both the kernel and the input, so that the turns cancel but for the result's order, which it turns back."""
import torch


def corr2d(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((2, 3))


def conv2d(X, K):
    turned = corr2d(torch.flip(X, (0, 1)), torch.flip(K, (0, 1)))
    return torch.flip(turned, (0, 1))
