"""The input is padded, so that the output is as large as with full padding."""
import torch
from torch import nn
from torch.nn import functional as F


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        h, w = self.weight.shape
        return F.conv2d(x[None, None], self.weight[None, None], self.bias, padding=(h - 1, w - 1))[0, 0]
