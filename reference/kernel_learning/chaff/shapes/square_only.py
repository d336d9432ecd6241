"""The kernel's height is taken for its width as well.

Also loses: training
"""
import torch


def corr2d(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((2, 3))


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    K = torch.rand(kernel_size[0], kernel_size[0], dtype=X.dtype)
    losses = []
    for step in range(num_steps):
        error = corr2d(X, K) - Y
        losses.append((error ** 2).sum().item())
        K = K - lr * 2 * corr2d(X, error)
    return K, losses
