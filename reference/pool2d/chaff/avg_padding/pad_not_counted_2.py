"""Windows are clipped at the border, and the clipped part is averaged."""

import torch


def pool2d(X, pool_size, mode="max"):
    if mode not in ("max", "avg"):
        raise ValueError(mode)
    windows = X.unfold(0, pool_size[0], 1).unfold(1, pool_size[1], 1)
    return windows.amax((2, 3)) if mode == "max" else windows.mean((2, 3))


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if mode not in ("max", "avg"):
        raise ValueError(mode)
    s_h, s_w = pool_size if stride is None else (stride, stride) if isinstance(stride, int) else stride
    a_h, a_w = (padding, padding) if isinstance(padding, int) else padding
    rows = []
    for top in range(-a_h, X.shape[1] + a_h - pool_size[0] + 1, s_h):
        row = []
        for left in range(-a_w, X.shape[2] + a_w - pool_size[1] + 1, s_w):
            seen = X[:, max(0, top) : top + pool_size[0], max(0, left) : left + pool_size[1]].flatten(1)
            row.append(seen.amax(1) if mode == "max" else seen.mean(1))
        rows.append(torch.stack(row, 1))
    return torch.stack(rows, 1)
