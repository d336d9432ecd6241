"""Residual stages with a 1x1 shortcut of stride 2, a stem that keeps the size, and dropout before the Linear."""
import torch
from torch import nn
from torch.nn import functional as F


def receptive_field(layers):
    rf, jump = 1, 1
    for layer in layers:
        k, s = layer
        rf = rf + (k - 1) * jump
        jump = jump * s
    return int(rf)


def conv_params(c_in, c_out, kernel_size, bias=True):
    # ask PyTorch
    layer = nn.Conv2d(c_in, c_out, kernel_size, bias=bias)
    return sum(p.numel() for p in layer.parameters())


def stack_depth(kernel_size, small=3):
    seen, n = 1, 0
    while seen < kernel_size:
        seen += small - 1
        n += 1
    return n


class Residual(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.conv3 = nn.Conv2d(c_in, c_out, 1, stride=2)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.bn2 = nn.BatchNorm2d(c_out)

    def forward(self, X):
        Y = F.relu(self.bn1(self.conv1(X)))
        Y = self.bn2(self.conv2(Y))
        return F.relu(Y + self.conv3(X))


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        self.stem = nn.Conv2d(in_channels, base_channels, 7, padding=3)
        c = [base_channels] + [base_channels * 2 ** i for i in range(num_stages)]
        for i in range(num_stages):
            setattr(self, f"stage{i}", Residual(c[i], c[i + 1]))
        self.num_stages = num_stages
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(c[-1], num_classes)

    def forward(self, x):
        x = F.relu(self.stem(x))
        for i in range(self.num_stages):
            x = getattr(self, f"stage{i}")(x)
        x = F.adaptive_avg_pool2d(x, 1)
        return self.fc(self.dropout(x.flatten(1)))
