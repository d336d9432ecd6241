"""The last column of windows is forgotten."""
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
        rows = range(x.shape[0] - h + 1)
        columns = range(x.shape[1] - w)
        return torch.stack([torch.stack([(x[i:i + h, j:j + w] * self.weight).sum() for j in columns]) for i in rows]) + self.bias
