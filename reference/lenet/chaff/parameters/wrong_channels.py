"""Sixteen and thirty-two channels."""
import torch
from torch import nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
            nn.Conv2d(16, 32, 5), nn.Sigmoid(), nn.AvgPool2d(2))
        self.head = nn.Sequential(
            nn.Linear(800, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))

    def forward(self, images):
        maps = self.features(images)
        rows = maps.reshape(maps.size(0), -1)
        return self.head(rows)
