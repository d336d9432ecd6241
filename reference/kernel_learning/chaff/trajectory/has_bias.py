"""A bias that starts as zero is learned beside the kernel.

Also loses: value
"""
import torch
from torch.nn import functional as F


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    kernel = torch.randn(kernel_size, dtype=X.dtype).requires_grad_()
    bias = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    optimizer = torch.optim.SGD([kernel, bias], lr=lr)
    losses = []
    for _ in range(num_steps):
        optimizer.zero_grad()
        prediction = F.conv2d(X[None, None], kernel[None, None], bias)[0, 0]
        loss = F.mse_loss(prediction, Y, reduction="sum")
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return kernel.detach(), losses
