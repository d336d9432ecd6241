# Fatima Zahra El Idrissi
import torch
from torch import nn

from conv2d_module import Conv2D


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    net = Conv2D(kernel_size).to(X.dtype)
    net.bias.requires_grad_(False)  # stays zero
    losses = []
    for step in range(num_steps):
        net.zero_grad()
        loss = nn.functional.mse_loss(net(X), Y, reduction="sum")
        loss.backward()
        with torch.no_grad():
            net.weight.sub_(lr * net.weight.grad)
        losses.append(float(loss))
    return net.weight.detach(), losses
