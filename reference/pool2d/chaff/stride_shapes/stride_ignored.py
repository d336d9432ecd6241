"""The window always moves by one."""

import torch
import torch.nn.functional as F


def pool2d(X, pool_size, mode="max"):
    if mode not in ("max", "avg"):
        raise ValueError(mode)
    windows = X.unfold(0, pool_size[0], 1).unfold(1, pool_size[1], 1)
    return windows.amax((2, 3)) if mode == "max" else windows.mean((2, 3))


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    a_h, a_w = (padding, padding) if isinstance(padding, int) else padding
    fill = float("-inf") if mode == "max" else 0.0
    channels = [F.pad(channel, (a_w, a_w, a_h, a_h), value=fill) for channel in X]
    return torch.stack([pool2d(channel, pool_size, mode) for channel in channels])
