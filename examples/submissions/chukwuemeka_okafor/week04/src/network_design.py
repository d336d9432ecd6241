"""Arithmetic of stacks, and a network that is one."""
from __future__ import annotations

from collections import OrderedDict
from functools import reduce
from itertools import accumulate
from math import ceil, prod
from operator import mul

from torch import Tensor, nn

Pair = tuple[int, int]

# From the last layer back to the input: what sees n outputs of a layer sees k + (n - 1) * s of its inputs.
receptive_field = lambda layers: reduce(lambda n, layer: layer[0] + (n - 1) * layer[1], reversed(layers), 1)  # noqa: E731


def conv_params(c_in: int, c_out: int, kernel_size: int | Pair, bias: bool = True) -> int:
    area = kernel_size**2 if isinstance(kernel_size, int) else prod(kernel_size)
    return c_out * (c_in * area + bool(bias))


def stack_depth(kernel_size: int, small: int = 3) -> int:
    return ceil((kernel_size - 1) / (small - 1))


class Stage(nn.Module):
    """A strided 3x3 beside a strided 1x1, as in ResNet, but without its normalisation."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.main = nn.Sequential(nn.Conv2d(c_in, c_out, 3, 2, 1), nn.GELU(), nn.Conv2d(c_out, c_out, 3, 1, 1))
        self.skip = nn.Conv2d(c_in, c_out, 1, 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.gelu(self.main(x) + self.skip(x))


class StageNet(nn.Module):
    def __init__(self, in_channels: int, base_channels: int, num_stages: int, num_classes: int) -> None:
        super().__init__()
        widths = [*accumulate([base_channels] + [2] * (num_stages - 1), mul)]
        pairs = zip([in_channels, *widths], widths)
        self.stages = nn.Sequential(OrderedDict((f"stage{i}", Stage(*pair)) for i, pair in enumerate(pairs, 1)))
        self.classifier = nn.Linear(widths[-1], num_classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.stages(x).flatten(2).mean(-1))
