import torch
from torch import nn

def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    """用梯度下降学习卷积核"""
    conv2d = nn.Conv2d(1, 1, kernel_size=tuple(kernel_size), bias=False).to(device=X.device, dtype=X.dtype)
    x = X[None, None]
    y = Y[None, None]
    losses = []
    for i in range(num_steps):
        Y_hat = conv2d(x)
        l = (Y_hat - y) ** 2
        conv2d.zero_grad()
        l.sum().backward()
        # 更新卷积核
        conv2d.weight.data[:] -= lr * conv2d.weight.grad
        losses.append(l.sum().item())
        if (i + 1) % 2 == 0:
            print(f'step {i + 1}, loss {l.sum():.3f}')
    return conv2d.weight.data[0, 0].clone(), losses
