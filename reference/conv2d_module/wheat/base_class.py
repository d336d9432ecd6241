"""A base class that makes the parameters, and a subclass that only computes; prints at import."""
import torch
from torch import nn
from torch.nn.functional import conv2d

print("conv2d_module loaded")


class WithParameters(nn.Module):
    def __init__(self, shape):
        super().__init__()
        weight = torch.Tensor(*shape)
        nn.init.normal_(weight, std=0.1)
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(weight.new_zeros((1,)))


class Conv2D(WithParameters):
    def forward(self, x):
        batch = torch.stack([torch.stack([x])])
        return conv2d(batch, self.weight.view(1, 1, *self.weight.shape), bias=self.bias).view(
            x.shape[0] - self.weight.shape[0] + 1, -1
        )
