"""1x1 kernels alone, halved by slicing; extra optional parameters, unused parameters, numpy for the arithmetic."""
import numpy as np
import torch
from torch import nn

print("network_design loaded")


def receptive_field(layers, verbose=False):
    kernels = np.array([k for k, _ in layers])
    steps = np.cumprod([1] + [s for _, s in layers])[:-1]
    return int(1 + ((kernels - 1) * steps).sum())


def conv_params(c_in, c_out, kernel_size, bias=True, groups=1):
    area = int(np.prod(kernel_size)) if np.ndim(kernel_size) else kernel_size ** 2
    return c_in // groups * c_out * area + c_out * int(bias)


def stack_depth(kernel_size, small=3):
    return int(np.ceil((kernel_size - 1) / (small - 1)))


class StageNet(nn.Module):
    def __init__(self, in_channels, base_channels, num_stages, num_classes, bias=True):
        nn.Module.__init__(self)
        self.temperature = nn.Parameter(torch.ones(()))  # for later
        self.spare = nn.Conv2d(base_channels, base_channels, 3)
        self.c = nn.ModuleDict()
        for i in range(num_stages):
            self.c[str(i)] = nn.Conv2d(in_channels, base_channels * 2 ** i, 1, bias=bias)
            in_channels = base_channels * 2 ** i
        self.fc = nn.Linear(in_channels, num_classes)

    def forward(self, x):
        for conv in self.c.values():
            x = torch.tanh(conv(x))[:, :, ::2, ::2]
        return self.fc(nn.functional.avg_pool2d(x, x.shape[-2:]).squeeze(-1).squeeze(-1))


if __name__ == "__main__":
    print(StageNet(3, 8, 2, 10)(torch.zeros(1, 3, 8, 8)))
