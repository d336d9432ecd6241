import torch
import torch.nn as nn

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    conv = nn.Conv2d(1, 1, kernel_size, dtype=X.dtype)
    opt = torch.optim.SGD(conv.parameters(), lr=lr)
    losses = []
    for _ in range(num_steps):
        out = conv(X[None, None])[0, 0]
        loss = ((out - Y) ** 2).sum()
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return conv.weight.detach()[0, 0], losses
