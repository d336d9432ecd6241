"""F.conv2d with dimensions added and taken away again."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super(Conv2D, self).__init__()
        self.weight = nn.Parameter(torch.randn(*kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return F.conv2d(x.unsqueeze(0).unsqueeze(0), self.weight[None, None], self.bias).squeeze(0).squeeze(0)
