"""Pools the rows, then the columns: both the maximum and the mean fall apart that way. Modes are an Enum."""

from enum import Enum

import torch


class Mode(Enum):
    MAX = "max"
    AVG = "avg"


def along(X, dim, size, step, mode):
    pieces = X.unfold(dim, size, step)
    return pieces.max(dim=-1)[0] if mode is Mode.MAX else pieces.mean(dim=-1)


def pool2d(X, pool_size, mode="max"):
    mode = Mode(mode)
    return along(along(X, 0, pool_size[0], 1, mode), 1, pool_size[1], 1, mode)


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0), *, verbose=False):
    mode = Mode(mode)
    step = pool_size if stride is None else stride
    step = (step, step) if isinstance(step, int) else step
    pad = (padding, padding) if isinstance(padding, int) else padding
    fill = float("-inf") if mode is Mode.MAX else 0.0
    X = torch.nn.functional.pad(X, (pad[1], pad[1], pad[0], pad[0]), value=fill)
    if verbose:
        print(X)
    return along(along(X, 1, pool_size[0], step[0], mode), 2, pool_size[1], step[1], mode)
