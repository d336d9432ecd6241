"""Stages of two 3x3 convolutions and a max pooling, as in VGG."""
from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn


def receptive_field(layers: Sequence[tuple[int, int]]) -> int:
    # from the output to the input: one element, then (r - 1) * s + k
    r = 1
    for kernel, stride in reversed(layers):
        r = (r - 1) * stride + kernel
    return r


def conv_params(c_in: int, c_out: int, kernel_size: int | tuple[int, int], bias: bool = True) -> int:
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return c_out * (c_in * h * w + int(bias))


def stack_depth(kernel_size: int, small: int = 3) -> int:
    depth = 0
    while receptive_field([(small, 1)] * depth) < kernel_size:
        depth += 1
    return depth


class Stage(nn.Module):
    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding="same")
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding="same")

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        return F.max_pool2d(x, 2)


class StageNet(nn.Module):
    def __init__(self, in_channels: int, base_channels: int, num_stages: int, num_classes: int) -> None:
        super().__init__()
        channels = [in_channels] + [base_channels * 2**i for i in range(num_stages)]
        self.stages = nn.ModuleList(Stage(a, b) for a, b in zip(channels[:-1], channels[1:]))
        self.head = nn.Linear(channels[-1], num_classes)

    def forward(self, x: Tensor) -> Tensor:
        for stage in self.stages:
            x = stage(x)
        return self.head(x.mean(dim=(2, 3)))
