# zero_grad stands before the loop instead of in it.
import torch
from torch import nn

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    net = nn.Conv2d(1, 1, kernel_size, bias=False, dtype=X.dtype, device=X.device)
    net.zero_grad()
    losses = []
    for i in range(num_steps):
        l = ((net(X[None, None]) - Y[None, None]) ** 2).sum()
        l.backward()
        net.weight.data -= lr * net.weight.grad
        losses.append(l.item())
    return net.weight.detach()[0, 0], losses
