"""The weight comes from NumPy, whose numbers are float64, and the rest follows."""
import numpy as np
import torch
from torch import nn


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.from_numpy(np.random.randn(*kernel_size)))
        self.bias = nn.Parameter(torch.zeros(1, dtype=torch.float64))

    def forward(self, x):
        h, w = self.weight.shape
        windows = x.double().unfold(0, h, 1).unfold(1, w, 1)
        return (windows * self.weight).sum((2, 3)) + self.bias
