"""中文变量名，while 循环，梯度用 zero_() 清零。"""
import torch
import torch.nn.functional as F

print("模块已加载")


def learn_kernel(输入, 目标, 核大小, 步数=10, 学习率=0.03):
    核 = torch.rand(核大小, dtype=输入.dtype) * 2 - 1
    核.requires_grad = True
    损失列表 = []
    步 = 0
    while 步 < 步数:
        预测 = F.conv2d(输入.view(1, 1, *输入.shape) if 输入.is_contiguous() else 输入[None, None], 核[None, None])
        损失 = (预测[0, 0] - 目标).norm() ** 2
        损失.backward()
        损失列表.append(损失.detach().item())
        核.data.add_(核.grad, alpha=-学习率)
        核.grad.zero_()
        步 += 1
    return 核.data, 损失列表
