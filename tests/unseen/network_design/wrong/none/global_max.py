# The head is a global maximum, not an average.
import math

import torch
from torch import nn


def receptive_field(layers):
    r = 1
    jump = 1
    for k, s in layers:
        r += (k - 1) * jump
        jump *= s
    return r


def conv_params(c_in, c_out, kernel_size, bias=True):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    n = c_out * c_in * kernel_size[0] * kernel_size[1]
    if bias:
        n += c_out
    return n


def stack_depth(kernel_size, small=3):
    return math.ceil((kernel_size - 1) / (small - 1))


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        stages = []
        c_in, c_out = in_channels, base_channels
        for _ in range(num_stages):
            stages.append(nn.Sequential(
                nn.Conv2d(c_in, c_out, kernel_size=3, stride=2, padding=1),
                nn.BatchNorm2d(c_out),
                nn.ReLU(),
            ))
            c_in, c_out = c_out, 2 * c_out
        self.stages = nn.Sequential(*stages)
        self.pool = nn.AdaptiveMaxPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(c_in, num_classes)

    def forward(self, x):
        return self.fc(self.flatten(self.pool(self.stages(x))))


if __name__ == "__main__":
    print(StageNet(3, 8, 2, 10)(torch.zeros(2, 3, 12, 20)).shape)
