# .data of a Parameter is a plain tensor again, so nothing is registered.
import torch
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        h, w = kernel_size
        self.weight = nn.Parameter(torch.randn(h, w)).data
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        h, w = self.weight.shape
        rows = []
        for i in range(x.shape[0] - h + 1):
            rows.append(torch.stack([(x[i:i + h, j:j + w] * self.weight).sum()
                                     for j in range(x.shape[1] - w + 1)]))
        return torch.stack(rows) + self.bias
