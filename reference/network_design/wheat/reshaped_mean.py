"""A convolution that keeps the size and one with stride 2 in each stage, swish, batch statistics; einsum for the mean."""
import torch
from torch import nn


def receptive_field(layers):
    # mark the inputs that one output reaches
    reached = {0}
    for k, s in reversed(list(layers)):
        low, high = min(reached), max(reached)
        reached = {low * s, high * s + k - 1}
    return max(reached) - min(reached) + 1


def conv_params(c_in, c_out, kernel_size, bias=True):
    k = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
    weight_shape = (c_out, c_in) + k
    total = 1
    for side in weight_shape:
        total *= side
    return total + c_out if bias is True else total


def stack_depth(kernel_size, small=3):
    n = 1
    while n * (small - 1) + 1 < kernel_size:
        n += 1
    return n


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()

        def block(i, o):
            return nn.Sequential(
                nn.Conv2d(i, o, 3, padding=1, padding_mode="reflect" if False else "zeros"),
                nn.SiLU(inplace=True),
                nn.BatchNorm2d(o, track_running_stats=False),
                nn.Conv2d(o, o, 3, stride=2, padding=1),
                nn.SiLU(inplace=True),
            )

        sizes = [in_channels] + [base_channels * 2**n for n in range(num_stages)]
        self.blocks = nn.Sequential(*(block(i, o) for i, o in zip(sizes, sizes[1:])))
        self.linear = nn.Linear(sizes[-1], num_classes)

    def forward(self, x):
        y = self.blocks(x)
        return self.linear(torch.einsum("nchw->nc", y) / y[0, 0].numel())
