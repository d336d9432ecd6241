"""Returns ten thousand modules, and long text of wide letters, to be mirrored; must not fill the grading process."""

import torch


def corr2d(X, K):
    return [torch.nn.Module()] * 10_000


def conv2d(X, K):
    return "x" * (60 << 20) + chr(0x1F600)
