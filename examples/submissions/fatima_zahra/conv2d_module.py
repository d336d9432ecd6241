# Fatima Zahra El Idrissi
import torch
from torch import nn


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.kernel_size = kernel_size
        self.weight = nn.Parameter(torch.empty(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x):
        h, w = self.kernel_size
        return (x.unfold(0, h, 1).unfold(1, w, 1) * self.weight).sum(dim=(-1, -2)) + self.bias
