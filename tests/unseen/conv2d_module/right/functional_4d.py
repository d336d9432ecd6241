import torch
import torch.nn as nn
import torch.nn.functional as F

class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super(Conv2D, self).__init__()
        h, w = kernel_size
        self.weight = nn.Parameter(torch.empty(h, w))
        self.bias = nn.Parameter(torch.empty(1))
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.normal_(self.weight, std=0.1)
        nn.init.zeros_(self.bias)

    def forward(self, x):
        y = F.conv2d(x[None, None], self.weight[None, None], self.bias)
        return y[0, 0]

if __name__ == "__main__":
    layer = Conv2D((2, 3))
    print(list(layer.named_parameters()))
