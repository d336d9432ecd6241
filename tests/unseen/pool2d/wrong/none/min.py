# The minimum instead of the maximum.
import torch
import torch.nn as nn
import torch.nn.functional as F

# im2col: every window becomes a column, then one reduction over the columns


class Pool:
    def __init__(self, pool_size, mode, stride, padding):
        if mode != "max" and mode != "avg":
            raise ValueError(mode)
        self.k = tuple(pool_size)
        self.mode = mode
        self.s = self.k if stride is None else stride
        self.p = padding if not isinstance(padding, int) else (padding, padding)

    def __call__(self, X):
        ph, pw = self.p
        value = 0.0
        if self.mode == "max":
            value = float("-inf")
        X = F.pad(X, [pw, pw, ph, ph], value=value)
        sh, sw = (self.s, self.s) if isinstance(self.s, int) else self.s
        C, H, W = X.shape
        cols = nn.Unfold(self.k, stride=(sh, sw))(X.unsqueeze(1))      # (C, kh*kw, L)
        out = cols.min(dim=1).values if self.mode == "max" else cols.mean(dim=1)
        return out.view(C, (H - self.k[0]) // sh + 1, (W - self.k[1]) // sw + 1)


def pool2d(X, pool_size, mode="max"):
    return Pool(pool_size, mode, 1, 0)(X[None])[0]


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    return Pool(pool_size, mode, stride, padding)(X)
