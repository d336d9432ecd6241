from __future__ import annotations

import torch as th
from torch import Tensor
from torch.nn.functional import conv2d
from torch.optim import SGD


def learn_kernel(
    X: Tensor, Y: Tensor, kernel_size: tuple[int, int], num_steps: int = 10, lr: float = 3e-2, verbose: bool = False
) -> tuple[Tensor, list[float]]:
    kernel = th.empty(1, 1, *kernel_size, dtype=X.dtype, device=X.device).uniform_(-1, 1).requires_grad_()
    optimizer = SGD([kernel], lr=lr)
    losses: list[float] = []
    while len(losses) < num_steps:
        optimizer.zero_grad()
        loss = (conv2d(X[None, None], kernel).squeeze(0).squeeze(0) - Y).square().sum()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
        if verbose:
            print(len(losses), losses[-1])
    return kernel.detach()[0, 0], losses
