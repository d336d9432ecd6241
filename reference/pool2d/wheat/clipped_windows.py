"""Pads nothing: windows are clipped at the borders, the average still divides by the whole window."""

import torch


def pool2d(X, pool_size, mode="max"):
    return pool2d_multi(X.unsqueeze(0), pool_size, mode, stride=(1, 1)).squeeze(0)


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if mode not in ["max", "avg"]:
        raise ValueError("mode not in [max, avg]")
    if stride is None:
        stride = pool_size
    try:
        s_h, s_w = stride
    except TypeError:
        s_h = s_w = stride
    try:
        a_h, a_w = padding
    except TypeError:
        a_h = a_w = padding
    p_h, p_w = pool_size
    C, H, W = X.shape
    out = []
    for top in range(-a_h, H + a_h - p_h + 1, s_h):
        line = []
        for left in range(-a_w, W + a_w - p_w + 1, s_w):
            seen = X[:, max(top, 0) : top + p_h, max(left, 0) : left + p_w]
            line.append(seen.amax(dim=(1, 2)) if mode == "max" else seen.sum(dim=(1, 2)) / (p_h * p_w))
        out.append(torch.stack(line, dim=-1))
    return torch.stack(out, dim=1)
