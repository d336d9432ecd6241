"""The test data is given to a copy of the network, so that the original's mode never changes."""
import copy

import torch
from torch import nn


class Accumulator:
    def __init__(self, n):
        self.sums = []
        for _ in range(n):
            self.sums.append(0.0)

    def add(self, *values):
        self.sums = list(map(sum, zip(self.sums, values)))

    def reset(self):
        self.sums = [s * 0 for s in self.sums]

    def __getitem__(self, key):
        return float(self.sums[key])


def accuracy(y_hat, y):
    return float((y_hat.argmax(1) == y).sum() if y_hat.dim() > 1 else (y_hat == y).sum())


def evaluate_accuracy_gpu(net, data_iter, device=None):
    judged = copy.deepcopy(net)
    judged.eval()
    for p in judged.parameters():
        p.requires_grad = False
    device = next(judged.parameters()).device if device is None else device
    metric = Accumulator(2)
    with torch.no_grad():
        for X, y in data_iter:
            X = [x.to(device) for x in X] if isinstance(X, list) else X.to(device)
            metric.add(accuracy(judged(X), y.to(device)), y.shape[0])
    return metric[0] / metric[1]


def init_weights(m):
    if isinstance(m, nn.Linear) or isinstance(m, nn.Conv2d):
        torch.nn.init.xavier_uniform_(m.weight)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.apply(init_weights)
    net.to(device)
    net.train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    criterion = nn.CrossEntropyLoss().to(device)
    history = []
    for epoch in range(1, 1 + num_epochs):
        metric = Accumulator(3)
        for X, y in train_iter:
            X, y = X.to(device), y.to(device)
            optimizer.zero_grad()
            y_hat = net(X)
            loss = criterion(y_hat, y)
            metric.add(loss.item() * y.numel(), accuracy(y_hat, y), y.numel())
            loss.backward()
            optimizer.step()
        history.append({"epoch": epoch, "train_loss": metric[0] / metric[2], "train_acc": metric[1] / metric[2]})
        history[-1]["test_acc"] = evaluate_accuracy_gpu(net, test_iter, device)
    return history
