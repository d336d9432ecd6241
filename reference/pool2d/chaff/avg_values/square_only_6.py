"""The sum is divided by the square of the window's width."""

import torch.nn.functional as F


def pool2d(X, pool_size, mode="max"):
    if mode not in ("max", "avg"):
        raise ValueError(mode)
    windows = X.unfold(0, pool_size[0], 1).unfold(1, pool_size[1], 1)
    return windows.amax((2, 3)) if mode == "max" else windows.sum((2, 3)) / pool_size[1] ** 2


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if mode not in ("max", "avg"):
        raise ValueError(mode)
    s_h, s_w = pool_size if stride is None else (stride, stride) if isinstance(stride, int) else stride
    a_h, a_w = (padding, padding) if isinstance(padding, int) else padding
    padded = F.pad(X, (a_w, a_w, a_h, a_h), value=float("-inf") if mode == "max" else 0.0)
    windows = padded.unfold(1, pool_size[0], s_h).unfold(2, pool_size[1], s_w)
    return windows.amax((3, 4)) if mode == "max" else windows.mean((3, 4))
