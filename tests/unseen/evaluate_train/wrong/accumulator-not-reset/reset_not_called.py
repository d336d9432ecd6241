# train keeps one Accumulator and does not reset it between epochs.
"""评估与训练（手写 SGD，不用优化器）"""
import math
import torch
from torch import nn


class Accumulator:
    """在 n 个变量上累加"""

    def __init__(self, n):
        self.n = n
        self.reset()

    def add(self, *values):
        for i, v in enumerate(values):
            self.sums[i] += float(v)

    def reset(self):
        self.sums = [0.0 for _ in range(self.n)]

    def __getitem__(self, i):
        return self.sums[i]


def accuracy(y_hat, y):
    """预测正确的数量（不是比例）"""
    if y_hat.dim() > 1:
        _, y_hat = torch.max(y_hat, 1)
    return float(torch.sum(torch.eq(y_hat, y)).item())


def 搬到设备(X, device):
    if isinstance(X, list):
        return [x.to(device) for x in X]
    return X.to(device)


def evaluate_accuracy_gpu(net, data_iter, device=None):
    net.eval()                       # 评估模式：关闭 dropout
    if device is None:
        for 参数 in net.parameters():
            device = 参数.device
            break
    计数 = Accumulator(2)
    with torch.inference_mode():
        for X, y in data_iter:
            X = 搬到设备(X, device)
            y = y.to(device)
            计数.add(accuracy(net(X), y), y.shape[0])
    return 计数[0] / 计数[1]


def init_weights(m):
    # Xavier 均匀分布，自己算界限
    if isinstance(m, nn.Linear) or isinstance(m, nn.Conv2d):
        n_in, n_out = m.weight.shape[1], m.weight.shape[0]
        核 = m.weight[0][0].numel()
        b = math.sqrt(6 / ((n_in + n_out) * 核))
        with torch.no_grad():
            m.weight.uniform_(-b, b)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    for m in net.modules():
        init_weights(m)
    net = net.to(device)
    损失函数 = nn.CrossEntropyLoss()
    结果 = []
    累加 = Accumulator(3)
    for 轮 in range(1, num_epochs + 1):
        net.train()
        for X, y in train_iter:
            X = 搬到设备(X, device)
            y = y.to(device)
            y_hat = net(X)
            l = 损失函数(y_hat, y)
            for p in net.parameters():       # 梯度清零
                p.grad = None
            l.backward()
            with torch.no_grad():
                for p in net.parameters():
                    if p.grad is not None:
                        p -= lr * p.grad
            累加.add(l.detach() * len(y), accuracy(y_hat, y), len(y))
        测试精度 = evaluate_accuracy_gpu(net, test_iter, device)
        结果.append({
            "epoch": 轮,
            "train_loss": 累加[0] / 累加[2],
            "train_acc": 累加[1] / 累加[2],
            "test_acc": 测试精度,
        })
        print(f"第 {轮} 轮: 损失 {累加[0] / 累加[2]:.4f}")
    return 结果
