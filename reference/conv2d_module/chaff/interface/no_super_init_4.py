"""super().__init__ is named and never called, and the parameters are registered by hand."""
import torch
from torch import nn


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__
        self.register_parameter("bias", nn.Parameter(torch.zeros(1)))
        self.register_parameter("weight", nn.Parameter(torch.randn(*kernel_size)))

    def forward(self, x):
        h, w = self.weight.shape
        windows = x.unfold(0, h, 1).unfold(1, w, 1)
        return (windows * self.weight).sum((2, 3)) + self.bias
