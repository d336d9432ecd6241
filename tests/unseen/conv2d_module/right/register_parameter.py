import math
import torch
from torch import nn, Tensor


class Conv2D(nn.Module):
    def __init__(self, kernel_size: tuple[int, int]) -> None:
        nn.Module.__init__(self)
        self.kernel_size = tuple(kernel_size)
        bound = 1 / math.sqrt(self.kernel_size[0] * self.kernel_size[1])
        w = torch.rand(*self.kernel_size).mul_(2 * bound).sub_(bound)
        self.register_parameter("weight", nn.Parameter(w))
        self.register_parameter("bias", nn.Parameter(torch.tensor([0.0])))

    def forward(self, x: Tensor) -> Tensor:
        kh, kw = self.kernel_size
        patches = x.unfold(0, kh, 1).unfold(1, kw, 1)
        return torch.einsum("xyab,ab->xy", patches, self.weight) + self.bias

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}"
