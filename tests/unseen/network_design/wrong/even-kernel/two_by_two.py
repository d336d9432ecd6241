# The convolution that halves has a kernel of 2 and stride 2.
"""Bottleneck stages: 1x1 to mix, 3x3 with stride 2, residual by average pooling."""
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class Layer:
    kernel: int
    stride: int


def receptive_field(layers):
    layers = [Layer(*l) for l in layers]
    first, last = 0, 0    # the inputs that output number 0 sees, without padding
    for layer in layers[::-1]:
        first, last = first * layer.stride, last * layer.stride + layer.kernel - 1
    return last - first + 1


def conv_params(c_in, c_out, kernel_size, bias=True):
    total = 0
    kh, kw = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size,) * 2
    for _ in range(c_out):
        total += c_in * kh * kw
        if bias:
            total += 1
    return total


def stack_depth(kernel_size, small=3):
    depth, sees = 0, 1
    while sees < kernel_size:
        depth, sees = depth + 1, sees + small - 1
    return depth


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        self.layers = nn.ModuleDict()
        c = base_channels
        for n in range(num_stages):
            self.layers[f"mix{n}"] = nn.Conv2d(in_channels, c, kernel_size=(1, 1))
            self.layers[f"down{n}"] = nn.Conv2d(c, c, kernel_size=(2, 2), stride=(2, 2))
            in_channels, c = c, c + c
        self.names = num_stages
        self.out = nn.Linear(in_channels, num_classes, bias=True)

    def forward(self, x):
        for n in range(self.names):
            x = self.layers[f"mix{n}"](x)
            x = torch.tanh(self.layers[f"down{n}"](x)) + nn.functional.avg_pool2d(x, 2)
        n, c, h, w = x.shape
        return self.out(x.sum(dim=[2, 3]) / (h * w))
