"""The caller's tensor is transposed in place and left like that."""
import torch
from torch import nn
from torch.nn import functional as F


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        x.t_()
        return F.conv2d(x[None, None], self.weight.t()[None, None], self.bias)[0, 0].t()
