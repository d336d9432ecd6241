# A fifth sigmoid follows the logits.
from collections import OrderedDict

from torch import nn


class Reshape(nn.Module):
    def forward(self, x):
        return x.view(-1, 1, 28, 28)


class LeNet(nn.Sequential):
    """forward is inherited from nn.Sequential"""

    def __init__(self):
        super().__init__(OrderedDict([
            ("in", Reshape()),
            ("c1", nn.Conv2d(1, 6, 5, stride=1, padding="same")),
            ("s1", nn.Sigmoid()),
            ("p2", nn.AvgPool2d(2, 2)),
            ("c3", nn.Conv2d(6, 16, 5, stride=1, padding="valid")),
            ("s3", nn.Sigmoid()),
            ("p4", nn.AvgPool2d(2, 2)),
            ("flat", nn.Flatten(1, -1)),
            ("f5", nn.Linear(400, 120)),
            ("s5", nn.Sigmoid()),
            ("f6", nn.Linear(120, 84)),
            ("s6", nn.Sigmoid()),
            ("out", nn.Linear(84, 10)),
            ("s7", nn.Sigmoid()),
        ]))
