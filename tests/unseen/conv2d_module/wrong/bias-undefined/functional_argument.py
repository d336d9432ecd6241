# F.conv2d is given a global name bias that is not defined.
import torch
import torch.nn as nn
import torch.nn.functional as F

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(*kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        x4 = x.reshape(1, 1, *x.shape)
        w4 = self.weight.reshape(1, 1, *self.weight.shape)
        return F.conv2d(x4, w4, bias=bias).squeeze(0).squeeze(0)
