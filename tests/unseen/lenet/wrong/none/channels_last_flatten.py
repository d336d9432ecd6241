# The channels are moved to the end before the map is flattened.
"""LeNet without nn.Conv2d and nn.Linear: all ten parameters by hand."""
import torch
from torch import Tensor, nn
from torch.nn import functional as F

SHAPES = {"w1": (6, 1, 5, 5), "w2": (16, 6, 5, 5), "w3": (120, 400), "w4": (84, 120), "w5": (10, 84)}


class LeNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        for name, shape in SHAPES.items():
            w = torch.empty(shape)
            nn.init.xavier_uniform_(w)
            self.register_parameter(name, nn.Parameter(w))
            self.register_parameter(name.replace("w", "b"), nn.Parameter(torch.zeros(shape[0])))
        self.act = nn.Sigmoid()
        self.pool = nn.AvgPool2d(2)

    def features(self, x: Tensor) -> Tensor:
        x = self.pool(self.act(F.conv2d(x, self.w1, self.b1, padding=2)))
        x = self.pool(self.act(F.conv2d(x, self.w2, self.b2)))
        return torch.flatten(x.permute(0, 2, 3, 1), 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.features(x)
        h = self.act(h @ self.w3.t() + self.b3)
        h = self.act(h @ self.w4.t() + self.b4)
        return F.linear(h, self.w5, self.b5)
