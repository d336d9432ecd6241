"""The sum of the window."""
import torch
from torch import nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2, divisor_override=1),
            nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2, divisor_override=1))
        self.head = nn.Sequential(
            nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))

    def forward(self, images):
        maps = self.features(images)
        rows = maps.reshape(maps.size(0), -1)
        return self.head(rows)
