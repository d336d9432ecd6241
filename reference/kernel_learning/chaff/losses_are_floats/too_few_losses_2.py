"""The loop ends early when there is no loss left."""
import torch
from torch.nn import functional as F


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    kernel = torch.randn(kernel_size, dtype=X.dtype).requires_grad_()
    losses = []
    for step in range(num_steps):
        loss = ((F.conv2d(X[None, None], kernel[None, None])[0, 0] - Y) ** 2).sum()
        (gradient,) = torch.autograd.grad(loss, kernel)
        losses.append(loss.item())
        if loss < 1e-8:
            break
        kernel = (kernel - lr * gradient).detach().requires_grad_()
    return kernel.detach(), losses
