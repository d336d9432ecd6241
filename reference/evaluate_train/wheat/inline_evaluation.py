"""`train` counts the test data itself; another forward in training gives the accuracy; functional steps."""
import itertools

import torch
from torch import nn
from torch.nn import functional as F


class Accumulator:
    def __init__(self, n):
        self._v = (0.0,) * n

    def add(self, *args):
        self._v = tuple(itertools.starmap(lambda a, b: a + b, zip(self._v, args)))

    def reset(self):
        self._v = (0.0,) * len(self._v)

    def __getitem__(self, i):
        return self._v[i]

    def __len__(self):
        return len(self._v)


def accuracy(y_hat, y):
    ids = y_hat.argmax(dim=1) if len(y_hat.shape) == 2 else y_hat
    return float((ids.long() == y.long()).sum().item())


def evaluate_accuracy_gpu(net, data_iter, device=None):
    if not device:
        device = next(net.parameters()).device
    net.eval()
    right = seen = 0
    for X, y in data_iter:
        X = [x.to(device) for x in X] if isinstance(X, list) else X.to(device)
        with torch.no_grad():
            right += accuracy(net(X), y.to(device))
        seen += y.numel()
    return right / seen


def init_weights(m):
    if type(m) in [nn.Linear, nn.Conv2d]:
        nn.init.xavier_uniform_(m.weight)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.apply(init_weights)
    net.to(device)
    trainable = [p for p in net.parameters() if p.requires_grad]
    trainer = torch.optim.SGD(trainable, lr=lr)
    out = []
    for epoch in range(num_epochs):
        net.train()
        sums = Accumulator(2)
        seen = 0
        for X, y in train_iter:
            X, y = X.to(device), y.to(device)
            for p in trainable:
                p.grad = None
            y_hat = net(X)
            loss = F.nll_loss(F.log_softmax(y_hat, dim=-1), y)
            sums.add(loss.item() * len(X), accuracy(y_hat, y))
            seen += len(X)
            loss.backward()
            trainer.step()
        net.eval()
        with torch.no_grad():
            right = total = 0
            for X, y in test_iter:
                right += int((net(X.to(device)).argmax(1) == y.to(device)).sum())
                total += len(y)
        out.append({"epoch": epoch + 1, "train_loss": sums[0] / seen, "train_acc": sums[1] / seen,
                    "test_acc": right / total})
    return out
