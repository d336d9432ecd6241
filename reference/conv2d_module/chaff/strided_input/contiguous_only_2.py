"""`view` adds the dimensions, which a sliced input refuses."""
import torch
from torch import nn
from torch.nn import functional as F


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        h, w = self.weight.shape
        flat = x.view(-1)
        stacked = torch.stack([flat.view(x.shape)[i:i + h] for i in range(x.shape[0] - h + 1)])
        return (stacked.unfold(2, w, 1) * self.weight[:, None]).sum((1, 3)) + self.bias
