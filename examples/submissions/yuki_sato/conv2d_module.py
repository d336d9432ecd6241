# Sato Yuki (佐藤 由紀)
import torch
from torch import nn
from corr2d import corr2d


class Conv2D(nn.Module):

    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.normal(0.0, 0.01, kernel_size))
        self.bias = nn.Parameter(torch.tensor([0.0]))

    def forward(self, x):
        return corr2d(x, self.weight) + self.bias
