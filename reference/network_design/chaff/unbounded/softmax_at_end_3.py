"""A softmax over the batch."""
import math

import torch
from torch import nn
from torch.nn import functional as F


def receptive_field(layers):
    r = 1
    for k, s in reversed(layers):
        r = (r - 1) * s + k
    return r


def conv_params(c_in, c_out, kernel_size, bias=True):
    conv = nn.Conv2d(c_in, c_out, kernel_size, bias=bias)
    return sum(p.numel() for p in conv.parameters())


def stack_depth(kernel_size, small=3):
    return math.ceil((kernel_size - 1) / (small - 1))


class Stage(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, kernel_size=5, stride=2, padding=2)
        self.bn = nn.BatchNorm2d(c_out)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        c = [in_channels] + [base_channels * 2 ** i for i in range(num_stages)]
        self.stages = nn.ModuleList([Stage(c[i], c[i + 1]) for i in range(num_stages)])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.linear = nn.Linear(c[-1], num_classes)

    def forward(self, x):
        for stage in self.stages:
            x = stage(x)
        x = self.pool(x).flatten(1)
        return torch.softmax(self.linear(x), 0)
