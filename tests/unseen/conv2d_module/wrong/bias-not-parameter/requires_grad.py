# torch.zeros(1, requires_grad=True) instead of a Parameter.
import torch
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(*kernel_size))
        self.bias = torch.zeros(1, requires_grad=True)   # 可训练的偏置

    def forward(self, x):
        h, w = self.weight.shape
        oh, ow = x.shape[0] - h + 1, x.shape[1] - w + 1
        y = self.bias
        for a in range(h):
            for b in range(w):
                y = y + self.weight[a, b] * x[a:a + oh, b:b + ow]
        return y
