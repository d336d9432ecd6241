"""Blocks of its own kind, a base class, a buffer, an adaptive pooling, and a call counter that is no tensor."""
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, layer, after=None):
        super().__init__()
        self.layer, self.after = layer, after or nn.Identity()

    def forward(self, x):
        return self.after(self.layer(x).sigmoid())


class Network(nn.Module):
    def __init__(self):
        nn.Module.__init__(self)
        self.calls = 0
        self.register_buffer("version", torch.tensor(1))

    def forward(self, x):
        self.calls += 1
        for block in self.children():
            x = block(x)
        return x


class LeNet(Network):
    def __init__(self):
        super().__init__()
        self.one = Block(nn.Conv2d(1, 6, 5, padding=2), nn.AdaptiveAvgPool2d(14))
        self.two = Block(nn.Conv2d(6, 16, 5), nn.AdaptiveAvgPool2d((5, 5)))
        self.flatten = nn.Flatten()
        self.three = Block(nn.Linear(400, 120))
        self.four = Block(nn.Linear(120, 84), nn.Dropout(0.0))
        self.five = nn.Linear(84, 10)
