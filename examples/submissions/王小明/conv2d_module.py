# 王小明 2023141452 作业二
import torch
from torch import nn


class Conv2D(nn.Module):
    """二维卷积层"""

    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        高, 宽 = self.weight.shape
        输出 = 0
        for a in range(高):
            for b in range(宽):
                输出 = 输出 + x[a:x.shape[0] - 高 + 1 + a, b:x.shape[1] - 宽 + 1 + b] * self.weight[a, b]
        return 输出 + self.bias
