"""One convolution for all stages after the first."""
from torch import nn
from torch.nn import functional as F


def receptive_field(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


def conv_params(c_in, c_out, kernel_size, bias=True):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    n = c_in * kernel_size[0] * kernel_size[1]
    if bias:
        n += 1
    return n * c_out


def stack_depth(kernel_size, small=3):
    depth = 0
    while receptive_field([(small, 1)] * depth) < kernel_size:
        depth += 1
    return depth


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes):
        super().__init__()
        self.first = nn.Conv2d(in_channels, base_channels, 3, padding=1)
        self.again = nn.Conv2d(base_channels, base_channels, 3, padding=1)
        self.num_stages = num_stages
        self.fc = nn.Linear(base_channels, num_classes)

    def forward(self, x):
        for i in range(self.num_stages):
            x = self.first(x) if i == 0 else self.again(x)
            x = F.max_pool2d(F.relu(x), 2)
        return self.fc(x.mean((2, 3)))
