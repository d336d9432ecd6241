# The helper method uses a bare bias that exists nowhere.
import torch
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        weight = torch.randn(kernel_size)
        bias = torch.zeros(1)
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(bias)

    def _corr(self, x):
        h, w = self.weight.shape
        return torch.einsum('ijab,ab->ij', x.unfold(0, h, 1).unfold(1, w, 1), self.weight)

    def _plus_bias(self, y):
        return y + bias

    def forward(self, x):
        return self._plus_bias(self._corr(x))
