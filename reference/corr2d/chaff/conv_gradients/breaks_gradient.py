"""conv2d turns the kernel with NumPy."""
import torch


def corr2d(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((2, 3))


def conv2d(X, K):
    turned = K.detach().numpy()[::-1, ::-1].copy()
    return corr2d(X, torch.from_numpy(turned))
