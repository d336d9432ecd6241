"""Strided convolutions, GroupNorm and GELU in a ModuleList; mean over both axes."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from math import ceil, prod


def receptive_field(layers):
    return 1 + sum((k - 1) * prod(s for _, s in layers[:i]) for i, (k, _) in enumerate(layers))


def conv_params(c_in, c_out, kernel_size, bias=True):
    k = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,) * 2
    return c_in * c_out * prod(k) + c_out * bias


def stack_depth(kernel_size, small=3):
    return ceil((kernel_size - 1) / (small - 1))


class StageNet(nn.Module):
    def __init__(self, in_channels: int, base_channels: int, num_stages: int, num_classes: int):
        super().__init__()
        self.convs, self.norms = nn.ModuleList(), nn.ModuleList()
        widths = [in_channels] + [base_channels << s for s in range(num_stages)]
        for a, b in zip(widths[:-1], widths[1:]):
            self.convs.append(nn.Conv2d(a, b, 5, stride=2, padding=2, bias=False))
            self.norms.append(nn.GroupNorm(4, b))
        self.out = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        for conv, norm in zip(self.convs, self.norms):
            x = F.gelu(norm(conv(x)))
        return self.out(torch.mean(x, dim=[-2, -1]))
