# 王小明 2023141452 作业八
import torch
from torch import nn


class Accumulator:
    """在n个变量上累加"""

    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *args):
        self.data = [a + float(b) for a, b in zip(self.data, args)]

    def reset(self):
        self.data = [0.0] * len(self.data)

    def __getitem__(self, idx):
        return self.data[idx]


def accuracy(y_hat, y):
    """计算预测正确的数量"""
    if len(y_hat.shape) > 1:
        y_hat = y_hat.argmax(axis=1)
    return float((y_hat == y).sum())


def evaluate_accuracy_gpu(net, data_iter, device=None):
    """在数据集上的精度"""
    net.eval()
    if device is None:
        device = next(iter(net.parameters())).device
    精度们 = []
    for X, y in data_iter:
        if isinstance(X, list):
            X = [x.to(device) for x in X]
        else:
            X = X.to(device)
        y = y.to(device)
        精度们.append(accuracy(net(X), y) / len(y))
    return sum(精度们) / len(精度们)


def init_weights(m):
    if type(m) in (nn.Linear, nn.Conv2d):
        nn.init.xavier_uniform_(m.weight)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.apply(init_weights)
    net.to(device)
    优化器 = torch.optim.SGD(net.parameters(), lr=lr)
    损失函数 = nn.CrossEntropyLoss()
    net.train()
    历史 = []
    for 轮 in range(num_epochs):
        累加 = Accumulator(3)
        for X, y in train_iter:
            X, y = X.to(device), y.to(device)
            优化器.zero_grad()
            y_hat = net(X)
            损失 = 损失函数(y_hat, y)
            损失.backward()
            优化器.step()
            累加.add(损失.item() * len(y), accuracy(y_hat, y), len(y))
        历史.append({
            'epoch': 轮 + 1,
            'train_loss': 累加[0] / 累加[2],
            'train_acc': 累加[1] / 累加[2],
            'test_acc': evaluate_accuracy_gpu(net, test_iter, device),
        })
    return 历史
