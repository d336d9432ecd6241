"""F.unfold makes columns of windows; pool2d is the one-channel case of pool2d_multi."""

import torch.nn.functional as F


def pool2d(X, pool_size, mode="max"):
    return pool2d_multi(X[None], pool_size, mode, 1)[0]


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if not (mode == "max" or mode == "avg"):
        raise ValueError("mode should be max or avg")
    stride = tuple(pool_size) if stride is None else stride
    s_h, s_w = (stride,) * 2 if isinstance(stride, int) else stride
    a_h, a_w = (padding,) * 2 if isinstance(padding, int) else padding
    X = F.pad(X, [a_w, a_w, a_h, a_h], "constant", -float("inf") if mode == "max" else 0.0)
    rows = (X.shape[1] - pool_size[0]) // s_h + 1
    columns = (X.shape[2] - pool_size[1]) // s_w + 1
    windows = F.unfold(X.unsqueeze(1), tuple(pool_size), stride=(s_h, s_w))
    pooled = windows.max(dim=1).values if mode == "max" else windows.mean(dim=1)
    return pooled.reshape(-1, rows, columns)
