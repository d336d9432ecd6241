"""Learning a convolution kernel from an input and the output that belongs to it."""

import torch
from torch import Tensor


def learn_kernel(
    X: Tensor, Y: Tensor, kernel_size: tuple[int, int], num_steps: int = 10, lr: float = 3e-2
) -> tuple[Tensor, list[float]]:
    """Find a kernel that maps X to Y by gradient descent, and return it with the losses on the way.

    X has shape (H, W), kernel_size is (h, w) and Y has shape (H - h + 1, W - w + 1). The kernel starts
    at random, has no bias and keeps X's dtype. Each step predicts Y by cross-correlation, adds up the
    squared errors of all elements and moves the kernel by lr times the gradient.

    Returns (kernel, losses): the kernel has shape (h, w) and is detached; losses is a list of
    num_steps floats, each the loss before that step's update. With num_steps=0 the initial kernel
    comes back, and no losses.

    >>> kernel, losses = learn_kernel(torch.tensor([[1.0, 2.0]]), torch.tensor([[2.0, 4.0]]), (1, 1), 1, 0.1)
    >>> round(kernel.item(), 4), len(losses)
    (2.0, 1)
    """
    raise NotImplementedError("learn_kernel")
