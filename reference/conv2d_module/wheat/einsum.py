"""einsum over a view of windows, and a bias that is added in place to the fresh result."""
import torch
from torch import nn
import numpy as np  # not used


class Conv2D(nn.Module):
    """My layer."""

    def __init__(self, kernel_size: tuple) -> None:
        super().__init__()
        self.weight = nn.Parameter(0.01 * torch.randn(kernel_size[0], kernel_size[1]))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        h, w = self.weight.size()
        y = torch.einsum("ijab,ab->ij", x.unfold(0, h, 1).unfold(1, w, 1), self.weight)
        y += self.bias
        return y
