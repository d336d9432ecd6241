# Fatima Zahra El Idrissi
from torch import nn


def receptive_field(layers):
    if len(layers) == 0:
        return 1
    # one layer at a time from the top: n outputs of a layer look at (n - 1) * stride + kernel inputs
    n = 1
    for kernel, stride in layers[::-1]:
        n = (n - 1) * stride + kernel
    return n


def conv_params(c_in, c_out, kernel_size, bias=True):
    # let the layer count itself
    layer = nn.Conv2d(c_in, c_out, kernel_size, bias=bias, device="meta")
    return sum(p.numel() for p in layer.parameters())


def stack_depth(kernel_size, small=3):
    depth = 0
    while receptive_field([(small, 1)] * depth) < kernel_size:
        depth += 1
    return depth


def stage(c_in, c_out):
    return nn.Sequential(nn.Conv2d(c_in, c_out, 5, stride=2, padding=2), nn.BatchNorm2d(c_out), nn.ReLU())


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        channels = [in_channels] + [base_channels << i for i in range(num_stages)]
        self.stages = nn.ModuleList(stage(a, b) for a, b in zip(channels[:-1], channels[1:]))
        self.head = nn.Linear(channels[-1], num_classes)

    def forward(self, x):
        for stage in self.stages:
            x = stage(x)
        return self.head(x.mean(dim=(2, 3)))
