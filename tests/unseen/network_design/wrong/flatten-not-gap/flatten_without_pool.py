# Flatten follows the last stage directly, so that the Linear fits a map of 1x1 alone.
from functools import reduce
from itertools import count

from torch import nn
import numpy as np


def receptive_field(layers):
    kernels = [k for k, s in layers]
    strides = [1] + [s for k, s in layers][:-1]
    return int(1 + np.sum((np.array(kernels) - 1) * np.cumprod(strides)[:len(kernels)]))


def conv_params(c_in, c_out, kernel_size, bias=True):
    # let PyTorch count
    conv = nn.Conv2d(c_in, c_out, kernel_size, bias=bias)
    return sum(p.numel() for p in conv.parameters())


def stack_depth(kernel_size, small=3):
    return next(d for d in count() if 1 + d * (small - 1) >= kernel_size)


class StageNet(nn.Sequential):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        layers = []
        for i in range(num_stages):
            c_in = in_channels if i == 0 else base_channels * 2 ** (i - 1)
            layers += [nn.Conv2d(c_in, base_channels << i, 5, padding=2), nn.GELU(), nn.AvgPool2d(2)]
        super().__init__(*layers, nn.Flatten(), nn.Linear(base_channels << (num_stages - 1), num_classes))
