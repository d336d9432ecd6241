# The reduction of pool2d is nn.MaxPool2d / nn.AvgPool2d.
import torch


REDUCE = {
    "max": lambda t: torch.max(t, dim=-1).values,
    "avg": lambda t: torch.mean(t, dim=-1),
}


def pool1d(X, dim, size, step, reduce):
    """pool along one axis only; a window's max (mean) is the max (mean) of its rows' maxima (means)"""
    return reduce(X.unfold(dim, size, step))


def pool2d(X, pool_size, mode="max"):
    if mode not in REDUCE:
        raise ValueError("mode: " + ", ".join(REDUCE))
    pool = {"max": torch.nn.MaxPool2d, "avg": torch.nn.AvgPool2d}[mode](tuple(pool_size), stride=1)
    return pool(X[None])[0]


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    if mode not in REDUCE:
        raise ValueError("mode: " + ", ".join(REDUCE))
    stride = stride if stride is not None else pool_size
    stride_h, stride_w = stride if isinstance(stride, (tuple, list)) else (stride, stride)
    pad_h, pad_w = padding if isinstance(padding, (tuple, list)) else (padding, padding)

    border = float("-inf") if mode == "max" else 0.0
    C, H, W = X.shape
    side = torch.full((C, H, pad_w), border, dtype=X.dtype, device=X.device)
    X = torch.cat([side, X, side], dim=2)
    top = torch.full((C, pad_h, W + 2 * pad_w), border, dtype=X.dtype, device=X.device)
    X = torch.cat([top, X, top], dim=1)

    X = pool1d(X, 1, pool_size[0], stride_h, REDUCE[mode])
    X = pool1d(X, 2, pool_size[1], stride_w, REDUCE[mode])
    return X
