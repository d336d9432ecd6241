# Sizes are rounded up: a last window that does not fit is padded too.
"""pool2d, then pool2d_multi by means of it.

The strided result is every s-th element of the one with stride 1.
"""
import math

import torch
from torch.nn.functional import pad


def pool2d(X, pool_size, mode="max"):
    match mode:
        case "max":
            f = torch.max
        case "avg":
            f = torch.mean
        case _:
            raise ValueError(f"no such mode: {mode}")
    h, w = pool_size
    n_rows, n_cols = X.size(0) - h + 1, X.size(1) - w + 1
    rows = []
    for r in range(n_rows):
        rows.append(torch.stack([f(X[r:r + h, c:c + w]) for c in range(n_cols)]))
    return torch.stack(rows)


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if stride is None:
        stride = pool_size
    try:
        s1, s2 = stride
    except TypeError:
        s1 = s2 = stride
    try:
        a1, a2 = padding
    except TypeError:
        a1 = a2 = padding
    constant = -math.inf if mode == "max" else 0.0
    X = pad(X, (0, (pool_size[1] - X.shape[2] - 2 * a2) % s2, 0, (pool_size[0] - X.shape[1] - 2 * a1) % s1), value=constant)
    return torch.stack([pool2d(pad(x, (a2, a2, a1, a1), value=constant), pool_size, mode)[::s1, ::s2] for x in X])
