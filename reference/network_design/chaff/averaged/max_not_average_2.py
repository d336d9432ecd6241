"""Adaptive max pooling."""
from torch import nn


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


def block(c_in, c_out):
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(c_out, c_out, 3, padding=1),
        nn.ReLU(),
        nn.AvgPool2d(2),
    )


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        blocks = []
        for i in range(num_stages):
            blocks.append(block(in_channels, base_channels))
            in_channels, base_channels = base_channels, base_channels * 2
        self.net = nn.Sequential(*blocks, nn.AdaptiveMaxPool2d((1, 1)), nn.Flatten(), nn.Linear(in_channels, num_classes))

    def forward(self, X):
        return self.net(X)
