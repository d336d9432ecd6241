# forward turns the weight round first, as for a strict convolution.
import torch
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        k = torch.flip(self.weight, [0, 1])
        h, w = k.shape
        return (x.unfold(0, h, 1).unfold(1, w, 1) * k).sum((2, 3)) + self.bias
