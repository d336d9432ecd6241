"""An Accumulator that is a list, parameters frozen while the network is evaluated, a DataLoader's habits."""
import torch
from torch import nn


class Accumulator(list):
    def __init__(self, n):
        super().__init__([0.0] * n)

    def add(self, *values):
        for i, value in enumerate(values):
            self[i] += float(value)

    def reset(self):
        for i in range(len(self)):
            self[i] = 0.0


def accuracy(y_hat, y):
    if y_hat.dim() > 1:
        y_hat = y_hat.argmax(-1)
    return (y_hat == y).sum().item() * 1.0


def evaluate_accuracy_gpu(net, data_iter, device=None):
    params = list(net.parameters())
    device = device if device else params[0].device
    mode, flags = net.training, [p.requires_grad for p in params]
    net.eval()
    for p in params:
        p.requires_grad_(False)
    metric = Accumulator(2)
    for X, y in data_iter:
        X = [x.to(device) for x in X] if isinstance(X, list) else X.to(device)
        metric.add(accuracy(net(X), y.to(device)), len(y))
    for p, flag in zip(params, flags):
        p.requires_grad_(flag)
    net.train(mode)
    return metric[0] / metric[1]


def init_weights(m):
    if isinstance(m, (nn.Linear, nn.Conv2d)):
        nn.init.xavier_uniform_(m.weight)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.apply(init_weights)
    net.to(device=device)
    updater = torch.optim.SGD(net.parameters(), lr=lr)
    criterion = nn.CrossEntropyLoss(reduction='none')
    history = []
    for epoch in range(1, num_epochs + 1):
        metric = Accumulator(3)
        for X, y in train_iter:
            net.train()
            X, y = X.to(device=device), y.to(device=device)
            y_hat = net(X)
            l = criterion(y_hat, y)
            updater.zero_grad()
            l.sum().div(len(l)).backward()
            updater.step()
            metric.add(float(l.sum()), accuracy(y_hat, y), y.numel())
        history.append({'epoch': epoch, 'train_loss': metric[0] / metric[2], 'train_acc': metric[1] / metric[2],
                        'test_acc': evaluate_accuracy_gpu(net, test_iter)})
    return history
