"""The error is written into Y, which is put right again only if another step follows."""
import torch


def corr2d(X, K):
    return (X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1) * K).sum((2, 3))


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    K = torch.rand(kernel_size, dtype=X.dtype)
    losses = []
    for step in range(num_steps):
        prediction = corr2d(X, K)
        Y -= prediction
        losses.append((Y ** 2).sum().item())
        K = K + lr * 2 * corr2d(X, Y)
        if step < num_steps - 1:
            Y += prediction
    return K, losses
