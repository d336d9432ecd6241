# super(Conv2D, self).__init__ without the parentheses: it is named, not called.
import torch
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super(Conv2D, self).__init__
        h, w = kernel_size
        self.register_parameter('weight', nn.Parameter(torch.randn(h, w)))
        self.register_parameter('bias', nn.Parameter(torch.zeros(1)))

    def forward(self, x):
        h, w = self.weight.shape
        return torch.tensordot(x.unfold(0, h, 1).unfold(1, w, 1), self.weight, 2) + self.bias
