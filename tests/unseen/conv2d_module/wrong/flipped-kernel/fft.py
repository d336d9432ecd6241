# Uses the convolution theorem but forgets that it needs the turned kernel for a correlation.
import torch
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(*kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        H, W = x.shape
        h, w = self.weight.shape
        n = (H + h - 1, W + w - 1)
        y = torch.fft.irfft2(torch.fft.rfft2(x, s=n) * torch.fft.rfft2(self.weight, s=n), s=n)
        return y[h - 1:H, w - 1:W] + self.bias
