"""register_parameter, a weight filled by nn.init, further buffers, and as_strided-free shifted sums."""
import math

import torch as th


class Conv2D(th.nn.Module):
    def __init__(self, kernel_size, init=th.nn.init.xavier_uniform_):
        th.nn.Module.__init__(self)
        self.kernel_size = tuple(kernel_size)
        self.register_parameter("weight", th.nn.Parameter(th.empty(self.kernel_size)))
        self.register_parameter("bias", th.nn.Parameter(th.empty(1)))
        self.register_buffer("taps", th.tensor(math.prod(self.kernel_size)))
        self.reset_parameters(init)

    def reset_parameters(self, init):
        init(self.weight)
        th.nn.init.zeros_(self.bias)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}"

    def forward(self, x):
        h, w = self.kernel_size
        rows, columns = x.shape[0] - h + 1, x.shape[1] - w + 1
        out = self.bias.expand(rows, columns)
        for a in range(h):
            for b in range(w):
                out = out + self.weight[a, b] * x[a:a + rows, b:b + columns]
        return out
