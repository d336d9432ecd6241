"""Every layer is an attribute and is in a Sequential as well; built from a table; in-place sigmoid."""
import torch
from torch import nn

print("lenet loaded")
TABLE = [("conv", 1, 6, 2), ("conv", 6, 16, 0), ("dense", 400, 120, None), ("dense", 120, 84, None)]


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for i, (kind, c_in, c_out, pad) in enumerate(TABLE, 1):
            layer = nn.Conv2d(c_in, c_out, 5, padding=pad) if kind == "conv" else nn.Linear(c_in, c_out)
            setattr(self, f"{kind}{i}", layer)
            layers += [layer, nn.Sigmoid()] + [nn.AvgPool2d(2)] * (kind == "conv") + [nn.Flatten()] * (i == 2)
        self.out = nn.Linear(84, 10)
        self.body = nn.Sequential(*layers)

    def forward(self, x):
        y = x
        for module in self.body:
            y = y.sigmoid_() if isinstance(module, nn.Sigmoid) else module(y)
        return self.out(y)
