"""A strided convolution and an average pooling in each stage."""
import math

from torch import nn


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


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        layers, channels = [], in_channels
        for stage in range(num_stages):
            width = base_channels * 2 ** stage
            layers += [nn.Conv2d(channels, width, 3, stride=2, padding=1), nn.ReLU(), nn.AvgPool2d(2)]
            channels = width
        self.features = nn.Sequential(*layers)
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x):
        x = self.features(x)
        return self.fc(x.mean(dim=(2, 3)))
