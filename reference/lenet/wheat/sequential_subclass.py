"""A subclass of nn.Sequential, with named layers and one sigmoid for all places."""
from collections import OrderedDict

from torch import nn


class LeNet(nn.Sequential):
    def __init__(self):
        sigmoid, pool = nn.Sigmoid(), nn.AvgPool2d((2, 2))
        super().__init__(OrderedDict([
            ("c1", nn.Conv2d(1, 6, (5, 5), (1, 1), (2, 2))), ("a1", sigmoid), ("s2", pool),
            ("c3", nn.Conv2d(6, 16, (5, 5))), ("a3", sigmoid), ("s4", pool),
            ("flat", nn.Flatten(start_dim=1)),
            ("f5", nn.Linear(400, 120)), ("a5", sigmoid),
            ("f6", nn.Linear(120, 84)), ("a6", sigmoid),
            ("output", nn.Linear(84, 10)),
        ]))
