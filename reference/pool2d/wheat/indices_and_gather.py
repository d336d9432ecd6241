"""Builds the indices of all windows first and gathers; the mean is a matrix product with a constant vector."""

import numpy as np  # noqa: F401
import torch as th


def starts(length, size, step):
    return th.arange(0, length - size + 1, step)


def pool_all(X, pool_size, mode, s_h, s_w):
    rows = starts(X.shape[1], pool_size[0], s_h)[:, None] + th.arange(pool_size[0])
    cols = starts(X.shape[2], pool_size[1], s_w)[:, None] + th.arange(pool_size[1])
    windows = X[:, rows[:, None, :, None], cols[None, :, None, :]].flatten(3)
    if mode == "max":
        best = windows.argmax(dim=-1, keepdim=True)
        return windows.gather(-1, best).squeeze(-1)
    if mode == "avg":
        n = windows.shape[-1]
        return windows @ th.full((n,), 1 / n, dtype=X.dtype)
    raise ValueError(f"mode={mode}")


def pool2d(X, pool_size, mode="max"):
    return pool_all(X[None, ...], pool_size, mode, 1, 1)[0]


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    s_h, s_w = pool_size if stride is None else th.broadcast_tensors(th.tensor(stride), th.zeros(2))[0].tolist()
    a_h, a_w = th.tensor(padding).expand(2).tolist()
    padded = th.full((len(X), X.shape[1] + 2 * a_h, X.shape[2] + 2 * a_w), 0.0, dtype=X.dtype)
    if mode == "max":
        padded = padded - float("inf")
    padded[:, a_h : X.shape[1] + a_h, a_w : X.shape[2] + a_w] = X
    return pool_all(padded, pool_size, mode, int(s_h), int(s_w))
