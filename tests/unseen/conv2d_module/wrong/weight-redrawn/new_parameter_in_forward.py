# forward makes a new random weight each time it is called.
import torch
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.kernel_size = kernel_size
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        self.weight = nn.Parameter(torch.rand(self.kernel_size))
        h, w = self.kernel_size
        return (x.unfold(0, h, 1).unfold(1, w, 1) * self.weight).sum((2, 3)) + self.bias
