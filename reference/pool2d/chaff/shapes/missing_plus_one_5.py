"""The last row and the last column are left out, in lists that are stacked."""

import torch
import torch.nn.functional as F


def pool2d(X, pool_size, mode="max"):
    if mode not in ("max", "avg"):
        raise ValueError(mode)
    p_h, p_w = pool_size
    rows = []
    for i in range(X.shape[0] - p_h):
        windows = [X[i : i + p_h, j : j + p_w] for j in range(X.shape[1] - p_w)]
        rows.append(torch.stack([window.max() if mode == "max" else window.mean() for window in windows]))
    return torch.stack(rows)


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    stride = pool_size if stride is None else stride
    s_h, s_w = (stride, stride) if isinstance(stride, int) else stride
    a_h, a_w = (padding, padding) if isinstance(padding, int) else padding
    fill = float("-inf") if mode == "max" else 0.0
    channels = [F.pad(channel, (a_w, a_w, a_h, a_h), value=fill) for channel in X]
    return torch.stack([pool2d(channel, pool_size, mode)[::s_h, ::s_w] for channel in channels])
