"""The result is made in half precision.

Also loses: gradient
"""
import torch
from torch import nn
from torch.nn import functional as F


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        h, w = self.weight.shape
        products = x.half().unfold(0, h, 1).unfold(1, w, 1) * self.weight.half()
        return products.sum((2, 3)).float() + self.bias
