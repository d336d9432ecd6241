"""No layers: parameters under short names, and functions of torch alone."""
import torch
from torch import nn
from torch.nn import functional as F


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.W1 = nn.Parameter(torch.randn(6, 1, 5, 5) * 0.1)
        self.b1 = nn.Parameter(torch.zeros(6))
        self.W2 = nn.Parameter(torch.randn(16, 6, 5, 5) * 0.1)
        self.b2 = nn.Parameter(torch.zeros(16))
        self.W3 = nn.Parameter(torch.randn(120, 400) * 0.1)
        self.b3 = nn.Parameter(torch.ones(120))
        self.W4 = nn.Parameter(torch.randn(84, 120) * 0.1)
        self.b4 = nn.Parameter(torch.zeros(84))
        self.W5 = nn.Parameter(torch.randn(10, 84) * 0.1)
        self.b5 = nn.Parameter(torch.zeros(10))

    def forward(self, x):
        x = F.avg_pool2d(F.conv2d(x, self.W1, self.b1, padding=2).sigmoid(), 2)
        x = F.avg_pool2d(F.conv2d(x, self.W2, self.b2).sigmoid(), 2)
        x = torch.flatten(x, 1)
        x = (x @ self.W3.T + self.b3).sigmoid()
        x = (x @ self.W4.T + self.b4).sigmoid()
        return x @ self.W5.T + self.b5
