# The weight starts as all ones, not random.
import torch
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        h, w = self.weight.shape
        return (x.unfold(0, h, 1).unfold(1, w, 1) * self.weight).sum((2, 3)) + self.bias
