# The bias starts at a random number.
import torch
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.randn(1))

    def forward(self, x):
        h, w = self.weight.shape
        return torch.einsum('ijab,ab->ij', x.unfold(0, h, 1).unfold(1, w, 1), self.weight) + self.bias
