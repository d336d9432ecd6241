"""LeNet as a list of what it does to the image."""
from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

CHANNELS, PADDINGS, WIDTHS = (1, 6, 16), (2, 0), (400, 120, 84, 10)


class Squeeze(nn.Module):
    """Sigmoid, then the mean of each 2x2 block: a block is an axis of its own once the sides are split."""

    def forward(self, x: Tensor) -> Tensor:
        return x.sigmoid().unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).mean((3, 5))


class LeNet(nn.Sequential):
    def __init__(self) -> None:
        maps = (
            layer
            for (c_in, c_out), padding in zip(pairwise(CHANNELS), PADDINGS, strict=True)
            for layer in (nn.Conv2d(c_in, c_out, 5, padding=padding), Squeeze())
        )
        first, *others = (nn.Linear(*widths) for widths in pairwise(WIDTHS))
        dense = (layer for linear in others for layer in (nn.Sigmoid(), linear))
        super().__init__(*maps, nn.Flatten(), first, *dense)
