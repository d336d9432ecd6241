# The largest logit is sought along the batch.
import torch
from torch import nn
from torch.nn import functional as F


class Accumulator():
    def __init__(self, n):
        self.sums = [0.] * n
    def add(self, *values):
        assert len(values) == len(self.sums)
        new = []
        for old, v in zip(self.sums, values):
            if isinstance(v, torch.Tensor):
                v = v.item()
            new.append(old + v)
        self.sums = new
    def reset(self):
        self.__init__(len(self.sums))
    def __getitem__(self, index):
        return self.sums[index]


def accuracy(y_hat, y):
    if y_hat.shape != y.shape:
        y_hat = torch.argmax(y_hat, dim=0)
    return (y_hat == y).float().sum().item()


def evaluate_accuracy_gpu(net, data_iter, device=None):
    if device == None:
        device = list(net.parameters())[0].device
    mode = net.training
    net.eval()
    try:
        with torch.no_grad():
            good = torch.zeros((), device=device)
            n = 0
            for batch in data_iter:
                X = batch[0]
                y = batch[1].to(device)
                if isinstance(X, list):
                    moved = []
                    for x in X:
                        moved.append(x.to(device))
                    X = moved
                else:
                    X = X.to(device)
                good += accuracy(net(X), y)
                n += len(y)
    finally:
        net.train(mode)
    return (good / n).item()


def init_weights(m):
    if not isinstance(m, (nn.Linear, nn.Conv2d)):
        return
    nn.init.xavier_uniform_(m.weight)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.apply(init_weights)
    net.to(device)
    trainer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=lr)
    out = []
    for epoch in range(num_epochs):
        net.train()
        loss_sum = torch.zeros((), device=device)
        acc_sum = 0
        n = 0
        for X, y in train_iter:
            X = X.to(device)
            y = y.to(device)
            y_hat = net(X)
            # log_softmax + nll = cross-entropy
            loss = F.nll_loss(F.log_softmax(y_hat, dim=1), y)
            trainer.zero_grad()
            loss.backward()
            trainer.step()
            loss_sum += loss.detach() * len(y)
            acc_sum += accuracy(y_hat.detach(), y)
            n += len(y)
        record = {}
        record['epoch'] = epoch + 1
        record['train_loss'] = loss_sum.item() / n
        record['train_acc'] = acc_sum / n
        record['test_acc'] = evaluate_accuracy_gpu(net, test_iter)
        out.append(record)
    return out
