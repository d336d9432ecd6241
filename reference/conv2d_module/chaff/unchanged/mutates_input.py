"""Dimensions are added to the caller's tensor in place."""
import torch
from torch import nn
from torch.nn import functional as F


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        x.unsqueeze_(0).unsqueeze_(0)
        return F.conv2d(x, self.weight[None, None], self.bias)[0, 0]
