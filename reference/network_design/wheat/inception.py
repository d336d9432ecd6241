"""Two branches, 1x1 and 5x5, that are concatenated; Linears that weigh the channels; a pooling of 3 with stride 2."""
import torch
from torch import nn
import torch.nn.functional as F


def receptive_field(layers):
    total = 1
    for i in range(len(layers)):
        step = 1
        for j in range(i):
            step *= layers[j][1]
        total += (layers[i][0] - 1) * step
    return total


def conv_params(c_in, c_out, kernel_size, bias=True):
    if type(kernel_size) == int:
        kernel_size = (kernel_size, kernel_size)
    count = 0
    for _ in range(c_out):
        count += c_in * kernel_size[0] * kernel_size[1]
        if bias:
            count += 1
    return count


stack_depth = lambda kernel_size, small=3: sum(1 for _ in range(1, kernel_size, small - 1))


class Squeeze(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.f1, self.f2 = nn.Linear(c, c // 4), nn.Linear(c // 4, c)

    def forward(self, x):
        w = torch.sigmoid(self.f2(F.relu(self.f1(x.mean((2, 3))))))
        return x * w[:, :, None, None]


class Mixed(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.a = nn.Conv2d(c_in, c_out // 2, 1)
        self.b = nn.Conv2d(c_in, c_out - c_out // 2, 5, padding='same')
        self.se = Squeeze(c_out)

    def forward(self, x):
        y = torch.cat([self.a(x), self.b(x)], dim=1)
        return F.max_pool2d(F.leaky_relu(self.se(y), 0.1), 3, 2, 1)


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        self.body = nn.Sequential()
        for i in range(num_stages):
            self.body.append(Mixed(in_channels, base_channels))
            in_channels, base_channels = base_channels, 2 * base_channels
        self.fc = nn.Linear(in_channels, num_classes)

    def forward(self, x):
        x = self.body(x)
        n, c, h, w = x.shape
        return self.fc(x.view(n, c, h * w).mean(-1))
