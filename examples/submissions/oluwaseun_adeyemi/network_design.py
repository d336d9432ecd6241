import torch
from torch import nn

def receptive_field(layers):
    r = 1
    jump = 1
    for kernel, stride in layers:
        jump = jump * stride
        r = r + (kernel - 1) * jump
    return r

def conv_params(c_in, c_out, kernel_size, bias=True):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    h, w = kernel_size
    return c_in * c_out * h * w

def stack_depth(kernel_size, small=3):
    depth = 1
    while 1 + depth * (small - 1) < kernel_size:
        depth += 1
    return depth

class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        layers = []
        c = in_channels
        for i in range(num_stages):
            layers.append(nn.Conv2d(c, base_channels, kernel_size=3, padding=1))
            layers.append(nn.ReLU())
            layers.append(nn.MaxPool2d(2))
            c = base_channels
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(base_channels, num_classes)

    def forward(self, x):
        x = x.float()
        x = self.features(x)
        x = self.pool(x)
        x = x.reshape(len(x), -1)
        return self.fc(x)

print(StageNet(3, 8, 2, 10))
