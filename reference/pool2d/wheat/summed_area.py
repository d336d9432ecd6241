"""Averages by a table of running sums, maxima by sorting; an exception class of its own."""

import torch
from torch.nn.functional import pad


class UnknownMode(ValueError):
    pass


def averages(X, p_h, p_w, s_h, s_w):
    table = pad(X, (1, 0, 1, 0)).cumsum(-1).cumsum(-2)
    total = table[..., p_h:, p_w:] - table[..., :-p_h, p_w:] - table[..., p_h:, :-p_w] + table[..., :-p_h, :-p_w]
    return total[..., ::s_h, ::s_w] / (p_h * p_w)


def maxima(X, p_h, p_w, s_h, s_w):
    windows = X.unfold(-2, p_h, s_h).unfold(-2, p_w, s_w)
    return torch.sort(windows.reshape(*windows.shape[:-2], -1), dim=-1).values[..., -1]


def pool2d(X, pool_size, mode="max"):
    match mode:
        case "max":
            return maxima(X, *pool_size, 1, 1)
        case "avg":
            return averages(X, *pool_size, 1, 1)
        case _:
            raise UnknownMode(mode)


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    match stride:
        case None:
            s_h, s_w = pool_size
        case int(step):
            s_h = s_w = step
        case _:
            s_h, s_w = stride
    a_h, a_w = [padding, padding] if isinstance(padding, int) else padding
    if mode == "max":
        return maxima(pad(X, (a_w, a_w, a_h, a_h), value=-torch.inf), *pool_size, s_h, s_w)
    if mode == "avg":
        return averages(pad(X, (a_w, a_w, a_h, a_h)), *pool_size, s_h, s_w)
    raise UnknownMode(mode)
