# 王小明 2023141452 作业三
import torch
import torch.nn.functional as F


def learn_kernel(X, Y, kernel_size, num_steps=10, lr=3e-2):
    核 = torch.randn(kernel_size, dtype=X.dtype, device=X.device, requires_grad=True)
    优化器 = torch.optim.SGD([核], lr=lr)
    losses = []
    for 步 in range(num_steps):
        预测 = F.conv2d(X[None, None], 核[None, None])[0, 0]
        损失 = ((预测 - Y) ** 2).sum()
        优化器.zero_grad()
        损失.backward()
        优化器.step()
        losses.append(损失.item())
    return 核, losses
