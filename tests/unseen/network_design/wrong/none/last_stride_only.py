# The distance of two neighbours is taken for the stride of the previous layer alone.
import torch
from torch import nn


def receptive_field(layers):
    layers = list(layers)
    if not layers:
        return 1
    r, before = 1, 1
    for k, s in layers:
        r, before = r + (k - 1) * before, s
    return r


def conv_params(c_in, c_out, kernel_size, bias=True):
    area = kernel_size ** 2 if isinstance(kernel_size, int) else kernel_size[0] * kernel_size[1]
    return (c_in * area + (1 if bias else 0)) * c_out


def stack_depth(kernel_size, small=3):
    if kernel_size <= 1:
        return 0
    return 1 + stack_depth(kernel_size - (small - 1), small)


def make_stage(i, o):
    return nn.Sequential(
        nn.Conv2d(i, o, 7, padding=3),
        nn.GroupNorm(1, o),
        nn.LeakyReLU(0.1),
        nn.Conv2d(o, o, 1),
        nn.MaxPool2d(kernel_size=2, stride=2),
    )


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super(StageNet, self).__init__()
        self.num_stages = num_stages
        for i in range(num_stages):
            c = base_channels * 2 ** i
            setattr(self, f"stage{i}", make_stage(in_channels, c))
            in_channels = c
        self.classifier = nn.Linear(in_features=in_channels, out_features=num_classes)

    def forward(self, x):
        for i in range(self.num_stages):
            x = getattr(self, f"stage{i}")(x)
        x = torch.nn.functional.adaptive_avg_pool2d(x, 1)
        return self.classifier(x.view(x.shape[0], -1))
