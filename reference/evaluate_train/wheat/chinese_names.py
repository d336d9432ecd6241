"""中文变量名；numpy 累加；步子用 parameter.data；梯度在更新之后清空。"""
import numpy as np
import torch
from torch import nn

交叉熵 = nn.CrossEntropyLoss(reduction="sum")


class Accumulator:
    def __init__(自己, 个数):
        自己.和 = np.zeros(个数)

    def add(自己, *数):
        自己.和 += np.array([float(每个) for 每个 in 数])

    def reset(自己):
        自己.和[:] = 0

    def __getitem__(自己, 第几个):
        return 自己.和[第几个]


def accuracy(预测, 真实):
    预测 = np.asarray(预测.detach().cpu())
    if 预测.ndim > 1:
        预测 = 预测.argmax(axis=-1)
    return float((预测 == np.asarray(真实.cpu())).sum())


def evaluate_accuracy_gpu(网络, 数据, 设备=None):
    if 设备 is None:
        设备 = next(网络.parameters()).device
    网络.train(False)
    累加 = Accumulator(2)
    for 输入, 标签 in 数据:
        输入 = [每个.to(设备) for 每个 in 输入] if isinstance(输入, list) else 输入.to(设备)
        with torch.no_grad():
            累加.add(accuracy(网络(输入), 标签), 标签.numel())
    return float(累加[0] / 累加[1])


def init_weights(层):
    if isinstance(层, (nn.Linear, nn.Conv2d)):
        进, 出 = nn.init._calculate_fan_in_and_fan_out(层.weight)
        界 = (6.0 / (进 + 出)) ** 0.5
        nn.init.uniform_(层.weight, -界, 界)


def train(网络, 训练数据, 测试数据, 周期数, 学习率, 设备):
    网络.apply(init_weights)
    网络.to(设备)
    for 参数 in 网络.parameters():
        参数.grad = None
    记录 = []
    累加 = Accumulator(3)
    for 周期 in range(周期数):
        累加.reset()
        网络.train()
        for 输入, 标签 in 训练数据:
            输入, 标签 = 输入.to(设备), 标签.to(设备)
            输出 = 网络(输入)
            总损失 = 交叉熵(输出, 标签)
            (总损失 / len(标签)).backward()
            for 参数 in 网络.parameters():
                参数.data = 参数.data - 学习率 * 参数.grad
                参数.grad.zero_()
            累加.add(总损失.item(), accuracy(输出, 标签), len(标签))
        记录.append({
            "epoch": 周期 + 1,
            "train_loss": float(累加[0] / 累加[2]),
            "train_acc": float(累加[1] / 累加[2]),
            "test_acc": evaluate_accuracy_gpu(网络, 测试数据, 设备),
        })
    return 记录
