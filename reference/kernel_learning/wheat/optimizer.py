"""torch.optim.SGD and mse_loss with reduction="sum"."""
import torch
import torch.nn as nn
import torch.nn.functional as F


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    kernel = nn.Parameter(torch.rand(*kernel_size).to(X))
    optimizer = torch.optim.SGD([kernel], lr=lr)
    losses = []
    for step in range(num_steps):
        optimizer.zero_grad()
        prediction = F.conv2d(X.unsqueeze(0), kernel.unsqueeze(0).unsqueeze(0)).squeeze(0)
        loss = F.mse_loss(prediction, Y, reduction="sum")
        loss.backward()
        optimizer.step()
        losses += [loss.item()]
    return kernel.detach(), losses
