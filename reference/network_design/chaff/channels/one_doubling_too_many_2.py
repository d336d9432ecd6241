"""A stem gives base_channels, and the first stage doubles them."""
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


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        self.stem = nn.Conv2d(in_channels, base_channels, 3, padding=1)
        self.stages = nn.Sequential()
        c = base_channels
        for _ in range(num_stages):
            self.stages.extend([nn.Conv2d(c, 2 * c, 3, stride=2, padding=1), nn.ReLU()])
            c = 2 * c
        self.fc = nn.Linear(c, num_classes)

    def forward(self, x):
        return self.fc(self.stages(self.stem(x).relu()).mean((2, 3)))
