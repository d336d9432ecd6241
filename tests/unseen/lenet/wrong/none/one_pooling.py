# The second pooling is forgotten, and the first linear layer takes the 16 maps of 10x10.
import torch.nn as nn
import torch


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5, padding=2)
        self.p1 = nn.AvgPool2d(2)
        self.c2 = nn.Conv2d(6, 16, 5)
        self.s = nn.Sigmoid()
        self.l1 = nn.Linear(16 * 10 * 10, 120)
        self.l2 = nn.Linear(120, 84)
        self.l3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.p1(self.s(self.c1(x)))
        x = self.s(self.c2(x))
        x = torch.flatten(x, 1)
        x = self.s(self.l1(x))
        x = self.s(self.l2(x))
        return self.l3(x)
