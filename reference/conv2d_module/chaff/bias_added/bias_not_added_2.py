"""The sum with the bias is computed and thrown away."""
import torch
from torch import nn
from torch.nn import functional as F


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        y = F.conv2d(x[None, None], self.weight[None, None])[0, 0]
        y.add(self.bias)
        return y
