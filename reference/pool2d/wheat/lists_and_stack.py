"""Nested lists of numbers that are still tensors, stacked; channels in a list as well."""

import torch


def pool2d(X, pool_size, mode="max"):
    if mode == "max":
        summary = torch.max
    elif mode == "avg":
        summary = torch.mean
    else:
        raise ValueError("unknown mode")
    h, w = pool_size
    rows = []
    for i in range(X.shape[0] - h + 1):
        row = []
        for j in range(X.shape[1] - w + 1):
            row.append(summary(X[i : i + h, j : j + w]))
        rows.append(torch.stack(row))
    return torch.stack(rows)


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if stride is None:
        stride = pool_size
    if isinstance(stride, int):
        stride = (stride, stride)
    if isinstance(padding, int):
        padding = (padding, padding)
    fill = float("-inf") if mode == "max" else 0.0
    maps = []
    for channel in X:
        H, W = channel.shape
        big = torch.full((H + 2 * padding[0], W + 2 * padding[1]), fill, dtype=X.dtype, device=X.device)
        big[padding[0] : padding[0] + H, padding[1] : padding[1] + W] = channel
        maps.append(pool2d(big, pool_size, mode)[:: stride[0], :: stride[1]])
    return torch.stack(maps)
