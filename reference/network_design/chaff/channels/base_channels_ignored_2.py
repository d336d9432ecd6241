"""Starts from 64, always."""
from torch import nn
from torch.nn import functional as F


def receptive_field(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


def conv_params(c_in, c_out, kernel_size, bias=True):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    n = c_in * kernel_size[0] * kernel_size[1]
    if bias:
        n += 1
    return n * c_out


def stack_depth(kernel_size, small=3):
    depth = 0
    while receptive_field([(small, 1)] * depth) < kernel_size:
        depth += 1
    return depth


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
        c = [in_channels] + [64 * 2 ** i for i in range(num_stages)]
        self.stages = nn.ModuleList([Stage(c[i], c[i + 1]) for i in range(num_stages)])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.linear = nn.Linear(c[-1], num_classes)

    def forward(self, x):
        for stage in self.stages:
            x = stage(x)
        x = self.pool(x).flatten(1)
        return self.linear(x)
