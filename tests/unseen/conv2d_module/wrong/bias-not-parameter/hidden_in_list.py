# The bias sits in a plain Python list, where Module does not look for parameters.
import torch
from torch import nn
import torch.nn.functional as F

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size) * 0.5)
        self.extras = [nn.Parameter(torch.zeros(1))]

    @property
    def bias(self):
        return self.extras[0]

    def forward(self, x):
        return F.conv2d(x[None, None], self.weight[None, None], self.bias)[0, 0]
