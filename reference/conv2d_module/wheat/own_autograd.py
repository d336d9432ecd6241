"""A torch.autograd.Function with a backward pass written by hand, and a further parameter in use."""
import torch
from torch import nn


class Correlate(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k):
        ctx.save_for_backward(x, k)
        return slide(x, k)

    @staticmethod
    def backward(ctx, dy):
        x, k = ctx.saved_tensors
        h, w = k.shape
        padded = torch.nn.functional.pad(dy, (w - 1, w - 1, h - 1, h - 1))
        return slide(padded, k.flip((0, 1))), slide(x, dy)


def slide(x, k):
    return (x.unfold(0, k.shape[0], 1).unfold(1, k.shape[1], 1) * k).sum(dim=(-2, -1))


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return self.scale * Correlate.apply(x, self.weight) + self.bias
