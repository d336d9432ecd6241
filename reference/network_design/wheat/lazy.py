"""Lazy layers, which learn their number of inputs in the first call, in an nn.Sequential of which StageNet is one."""
from torch import nn


def receptive_field(layers):
    field, distance = 1, 1
    for size, stride in [*layers]:
        field += distance * (size - 1)
        distance *= stride
    return field


def conv_params(c_in, c_out, kernel_size, bias=True):
    if not isinstance(kernel_size, tuple):
        kernel_size = kernel_size, kernel_size
    return c_out * (c_in * kernel_size[0] * kernel_size[1] + (1 if bias else 0))


def stack_depth(kernel_size, small=3):
    for depth in range(kernel_size + 1):
        if 1 + depth * (small - 1) >= kernel_size:
            return depth


class StageNet(nn.Sequential):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        for i in range(num_stages):
            self.append(nn.LazyConv2d(base_channels * 2 ** i, kernel_size=3, stride=2, padding=1))
            self.append(nn.LazyBatchNorm2d())
            self.append(nn.ELU())
        self.extend([nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LazyLinear(num_classes)])
