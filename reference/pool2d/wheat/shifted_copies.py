"""Loops over the places inside the window: shifted copies of X, folded by maximum or sum."""

import torch


def _fold(X, pool_size, steps, mode):
    if mode not in {"max", "avg"}:
        raise ValueError(f"no such mode: {mode}")
    h = (X.shape[-2] - pool_size[0]) // steps[0] + 1
    w = (X.shape[-1] - pool_size[1]) // steps[1] + 1
    result = None
    for u in range(pool_size[0]):
        for v in range(pool_size[1]):
            part = X[..., u : u + steps[0] * h : steps[0], v : v + steps[1] * w : steps[1]][..., :h, :w]
            if result is None:
                result = part
            elif mode == "max":
                result = torch.maximum(result, part)
            else:
                result = result + part
    return result.clone() if mode == "max" else result / (pool_size[0] * pool_size[1])


def pool2d(X, pool_size, mode="max"):
    return _fold(X, pool_size, (1, 1), mode)


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if stride is None:
        stride = pool_size
    s = [stride] * 2 if type(stride) is int else stride
    a = [padding] * 2 if type(padding) is int else padding
    frame = (a[1], a[1], a[0], a[0])
    if mode == "max":
        X = torch.nn.functional.pad(X, frame, value=torch.finfo(X.dtype).min)
    else:
        X = torch.nn.functional.pad(X, frame)
    return _fold(X, pool_size, s, mode)
