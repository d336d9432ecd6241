# The initialisation runs in forward: weights are drawn anew per call.
import torch
from torch import nn
import torch.nn.functional as F

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))
        self.init_weight()

    def init_weight(self):
        with torch.no_grad():
            self.weight.normal_(0, 1)

    def forward(self, x):
        self.init_weight()
        return F.conv2d(x[None, None], self.weight[None, None], self.bias)[0, 0]
