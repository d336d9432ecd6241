# The hand-written gradient has the wrong sign (derivative of Y - P without the inner minus).
import torch

def corr(A, B):
    return (A.unfold(0, B.shape[0], 1).unfold(1, B.shape[1], 1) * B).sum((2, 3))

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    kernel = torch.randn(*kernel_size, dtype=X.dtype, device=X.device)
    losses = []
    for _ in range(num_steps):
        diff = Y - corr(X, kernel)
        losses.append((diff * diff).sum().item())
        grad = 2 * corr(X, diff)
        kernel = kernel - lr * grad
    return kernel, losses
