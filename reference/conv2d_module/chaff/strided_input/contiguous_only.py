"""as_strided with the strides of a contiguous input."""
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
        size = (x.shape[0] - h + 1, x.shape[1] - w + 1, h, w)
        windows = torch.as_strided(x, size, (x.shape[1], 1, x.shape[1], 1))
        return (windows * self.weight).sum((2, 3)) + self.bias
