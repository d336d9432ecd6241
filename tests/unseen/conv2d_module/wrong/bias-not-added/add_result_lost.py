# y.add(...) is not in place; its result is thrown away.
import torch
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        h, w = self.weight.shape
        y = (x.unfold(0, h, 1).unfold(1, w, 1) * self.weight).sum(dim=(2, 3))
        y.add(self.bias)
        return y
