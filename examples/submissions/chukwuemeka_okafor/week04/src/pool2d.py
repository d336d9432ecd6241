"""Pooling is a reduction over windows; the mode only picks the reduction and what to pad with."""
from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Callable

import torch as th
from torch import Tensor

Pair = tuple[int, int]


@dataclass(frozen=True)
class Reduction:
    fill: float
    reduce: Callable[..., Tensor]

    def __call__(self, X: Tensor, size: Pair, stride: Pair, pad: Pair) -> Tensor:
        C, H, W = X.shape
        canvas = X.new_full((C, H + 2 * pad[0], W + 2 * pad[1]), self.fill)
        canvas[:, pad[0]:pad[0] + H, pad[1]:pad[1] + W] = X
        return self.reduce(canvas.unfold(1, size[0], stride[0]).unfold(2, size[1], stride[1]), dim=(-2, -1))


MODES = {"max": Reduction(-th.inf, th.amax), "avg": Reduction(0.0, partial(th.mean))}


def _reduction(mode: str) -> Reduction:
    try:
        return MODES[mode]
    except KeyError:
        raise ValueError(f"mode must be one of {', '.join(MODES)}") from None


def _pair(value: int | Pair) -> Pair:
    return (value, value) if isinstance(value, int) else tuple(value)


def pool2d(X: Tensor, pool_size: Pair, mode: str = "max") -> Tensor:
    return _reduction(mode)(X[None], pool_size, (1, 1), (0, 0))[0]


def pool2d_multi(
    X: Tensor, pool_size: Pair, mode: str = "max", stride: int | Pair | None = None, padding: int | Pair = (0, 0)
) -> Tensor:
    size = _pair(pool_size)
    return _reduction(mode)(X, size, size if stride is None else _pair(stride), _pair(padding))
