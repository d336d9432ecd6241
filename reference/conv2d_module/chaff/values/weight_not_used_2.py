"""The kernel in use is a copy with the dimensions that F.conv2d wants, made when the layer was built."""
import torch
from torch import nn
from torch.nn import functional as F


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))
        self.kernel = self.weight.detach()[None, None].clone()

    def forward(self, x):
        return F.conv2d(x[None, None], self.kernel, self.bias)[0, 0]
