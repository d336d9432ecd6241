"""Each stage has base_channels more."""
import math

from torch import nn


def receptive_field(layers):
    return 1 + sum((k - 1) * math.prod(s for _, s in layers[:i]) for i, (k, _) in enumerate(layers))


def conv_params(c_in, c_out, kernel_size, bias=True):
    h, w = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    return c_in * c_out * h * w + (c_out if bias else 0)


def stack_depth(kernel_size, small=3):
    depth, seen = 0, 1
    while seen < kernel_size:
        depth += 1
        seen += small - 1
    return depth


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        layers, channels = [], in_channels
        for stage in range(num_stages):
            width = base_channels * (stage + 1)
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            channels = width
        self.features = nn.Sequential(*layers)
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x):
        x = self.features(x)
        return self.fc(x.mean(dim=(2, 3)))
