# Ada Lindqvist, assignment 9
import torch
from torch import nn


def receptive_field(layers):
    r = 1
    distance = 1  # between two neighbours, measured in inputs
    for k, s in layers:
        r = r + (k - 1) * distance
        distance = distance * s
    print(layers, "->", r)
    return r


def conv_params(c_in, c_out, kernel_size, bias=True):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    h, w = kernel_size
    n = c_out * c_in * h * w
    if bias:
        n += c_out
    return n


def stack_depth(kernel_size, small=3):
    depth = 0
    while 1 + depth * (small - 1) < kernel_size:
        depth += 1
    return depth


def stage(c_in, c_out):
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, kernel_size=3, padding=1), nn.ReLU(),
        nn.Conv2d(c_out, c_out, kernel_size=3, padding=1), nn.ReLU(),
        nn.AvgPool2d(kernel_size=2, stride=2),
    )


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        blocks = []
        c_in, c_out = in_channels, base_channels
        for i in range(num_stages):
            blocks.append(stage(c_in, c_out))
            c_in, c_out = c_out, 2 * c_out
        self.net = nn.Sequential(
            *blocks,
            nn.AdaptiveAvgPool2d((1, 1)),
            nn.Flatten(),
            nn.Linear(c_in, num_classes),
        )

    def forward(self, x):
        return self.net(x)


if __name__ == "__main__":
    x = torch.rand(2, 3, 12, 20)
    for layer in StageNet(3, 8, 2, 10).net:
        x = layer(x)
        print(type(layer).__name__, tuple(x.shape))
