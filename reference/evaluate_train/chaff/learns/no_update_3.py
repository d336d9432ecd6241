"""The new values replace the loop variable."""
import math

import torch
from torch import nn


class Accumulator:
    def __init__(self, n):
        self.totals = torch.zeros(n, dtype=torch.float64)

    def add(self, *values):
        self.totals += torch.tensor([float(v) for v in values], dtype=torch.float64)

    def reset(self):
        self.totals.zero_()

    def __getitem__(self, i):
        return float(self.totals[i])


def accuracy(y_hat, y):
    ids = y_hat if y_hat.ndim == 1 else y_hat.max(1).indices
    return float(torch.eq(ids, y).sum())


def evaluate_accuracy_gpu(net, data_iter, device=None):
    device = device or list(net.parameters())[0].device
    net.train(False)
    totals = Accumulator(2)
    with torch.inference_mode():
        for X, y in data_iter:
            X = [part.to(device) for part in X] if type(X) is list else X.to(device)
            totals.add(accuracy(net(X), y.to(device)), y.shape[0])
    return totals[0] / totals[1]


def init_weights(m):
    if isinstance(m, nn.Linear):
        fans = m.in_features + m.out_features
    elif isinstance(m, nn.Conv2d):
        fans = (m.in_channels + m.out_channels) * math.prod(m.kernel_size)
    else:
        return
    bound = math.sqrt(6 / fans)
    nn.init.uniform_(m.weight, -bound, bound)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net = net.to(device)
    for module in net.modules():
        init_weights(module)
    criterion = nn.CrossEntropyLoss(reduction="mean")
    totals = Accumulator(3)
    history = []
    for epoch in range(num_epochs):
        totals.reset()
        for X, y in train_iter:
            net.train()
            X = X.to(device)
            y = y.to(device)
            out = net(X)
            loss = criterion(out, y)
            net.zero_grad()
            loss.backward()
            with torch.no_grad():
                for p in net.parameters():
                    p = p - lr * p.grad
            totals.add(loss.item() * len(y), accuracy(out, y), len(y))
        acc = evaluate_accuracy_gpu(net, test_iter, device)
        history.append(dict(epoch=epoch + 1, train_loss=totals[0] / totals[2],
                            train_acc=totals[1] / totals[2], test_acc=acc))
    return history
