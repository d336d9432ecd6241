"""The kernel's height is taken for its width as well.

Also loses: training
"""
import torch
from torch.nn import functional as F


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    kernel = torch.randn(kernel_size[0], kernel_size[0], dtype=X.dtype).requires_grad_()
    optimizer = torch.optim.SGD([kernel], lr=lr)
    losses = []
    for _ in range(num_steps):
        optimizer.zero_grad()
        prediction = F.conv2d(X[None, None], kernel[None, None])[0, 0]
        loss = F.mse_loss(prediction, Y, reduction="sum")
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return kernel.detach(), losses
