import torch
from torch import nn

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.h, self.w = kernel_size
        self.unfold = nn.Unfold((self.h, self.w))
        self.weight = nn.Parameter(torch.Tensor(self.h, self.w).uniform_(-1, 1))
        self.bias = nn.Parameter(torch.zeros(1), requires_grad=True)

    def forward(self, x):
        cols = self.unfold(x.unsqueeze(0).unsqueeze(0)).squeeze(0)     # (h*w, L)
        flat = torch.add(self.weight.flatten() @ cols, self.bias)
        return flat.reshape(x.shape[0] - self.h + 1, -1)
