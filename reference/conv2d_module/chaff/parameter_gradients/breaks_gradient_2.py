"""The result is collected from Python numbers."""
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
        columns = range(x.shape[1] - w + 1)
        return torch.tensor([[((x[i:i + h, j:j + w] * self.weight).sum() + self.bias).item() for j in columns] for i in rows])
