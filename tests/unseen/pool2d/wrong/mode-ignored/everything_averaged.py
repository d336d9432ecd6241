# Both functions compute the mean whatever the mode.
import torch
import torch.nn.functional as F


def check(mode):
    if mode != "max" and mode != "avg":
        raise ValueError("mode should be max or avg")


def pool2d(X, pool_size, mode="max"):
    check(mode)
    return pool2d_multi(X.unsqueeze(0), pool_size, mode, stride=1).squeeze(0)


def pool2d_multi(X, pool_size, mode="max", stride=None, padding=(0, 0)):
    check(mode)
    if stride is None:
        stride = pool_size
    if isinstance(stride, int): stride = (stride, stride)
    if isinstance(padding, int): padding = (padding, padding)
    X = F.pad(X, (padding[1], padding[1], padding[0], padding[0]))
    h, w = pool_size
    out = []
    for i in range(0, X.shape[1] - h + 1, stride[0]):
        row = []
        for j in range(0, X.shape[2] - w + 1, stride[1]):
            row.append(X[:, i:i+h, j:j+w].mean(dim=(1, 2)))
        out.append(torch.stack(row, dim=1))
    return torch.stack(out, dim=1)
