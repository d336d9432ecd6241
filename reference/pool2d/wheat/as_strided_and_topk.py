"""A strided view of a contiguous copy; the maximum by topk; classes for the two modes."""

import torch


class Largest:
    fill = float("-inf")

    @staticmethod
    def of(windows):
        return windows.topk(1, dim=-1).values.squeeze(-1)


class Average:
    fill = 0.0

    @staticmethod
    def of(windows):
        return windows.sum(-1) / windows.size(-1)


def kind(mode):
    kinds = {"max": Largest, "avg": Average}
    if mode in kinds:
        return kinds[mode]
    raise ValueError(f"mode {mode!r} is neither max nor avg")


def strided(X, pool_size, stride):
    X = X.contiguous()
    _, H, W = X.shape
    c, h, w = X.stride()
    size = (X.size(0), (H - pool_size[0]) // stride[0] + 1, (W - pool_size[1]) // stride[1] + 1, *pool_size)
    return X.as_strided(size, (c, h * stride[0], w * stride[1], h, w)).flatten(-2)


def pool2d(X, pool_size, mode="max"):
    return kind(mode).of(strided(X[None], pool_size, (1, 1)))[0]


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    chosen = kind(mode)

    def pair(value):
        return (value, value) if isinstance(value, int) else tuple(value)

    a_h, a_w = pair(padding)
    stride = pair(pool_size if stride is None else stride)
    beside = torch.full((X.size(0), X.size(1), a_w), chosen.fill, dtype=X.dtype, device=X.device)
    X = torch.cat([beside, X, beside], dim=2)
    above = torch.full((X.size(0), a_h, X.size(2)), chosen.fill, dtype=X.dtype, device=X.device)
    return chosen.of(strided(torch.cat([above, X, above], dim=1), pool_size, stride))
