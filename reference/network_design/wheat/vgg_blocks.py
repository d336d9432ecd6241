"""VGG: two 3x3 convolutions with batch normalisation in each stage, then a max pooling."""
import math

import torch
from torch import nn


def receptive_field(layers):
    # from the last layer back: how much of its input does one output need?
    size = 1
    for k, s in reversed(layers):
        size = (size - 1) * s + k
    return size


def conv_params(c_in, c_out, kernel_size, bias=True):
    if isinstance(kernel_size, tuple):
        kh, kw = kernel_size
    else:
        kh = kw = kernel_size
    return (c_in * kh * kw + int(bias)) * c_out


def stack_depth(kernel_size, small=3):
    depth = 0
    while receptive_field([(small, 1)] * depth) < kernel_size:
        depth += 1
    return depth


def vgg_block(num_convs, in_channels, out_channels):
    layers = []
    for _ in range(num_convs):
        layers.append(nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1))
        layers.append(nn.BatchNorm2d(out_channels))
        layers.append(nn.ReLU())
        in_channels = out_channels
    layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
    return nn.Sequential(*layers)


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        blocks = []
        out_channels = base_channels
        for i in range(num_stages):
            blocks.append(vgg_block(2, in_channels, out_channels))
            in_channels = out_channels
            out_channels = out_channels * 2
        self.net = nn.Sequential(*blocks, nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(in_channels, num_classes))

    def forward(self, X):
        return self.net(X)
