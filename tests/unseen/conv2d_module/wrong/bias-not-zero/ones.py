# The bias starts at one.
import torch
import torch.nn.functional as F
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super(Conv2D, self).__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size[0], kernel_size[1]))
        self.bias = nn.Parameter(torch.ones(1))

    def forward(self, x):
        y = F.conv2d(x.view(1, 1, *x.shape) if x.is_contiguous() else x[None, None], self.weight[None, None])
        return y[0, 0] + self.bias
