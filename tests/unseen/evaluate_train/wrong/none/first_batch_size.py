# The number of examples is taken for the number of batches times the size of the last one.
import torch
from torch import nn
import torch.nn.functional as F


class Accumulator(list):
    def __init__(self, n): super().__init__([0.0] * n)
    def add(self, *values): self[:] = [s + float(v) for s, v in zip(self, values, strict=True)]
    def reset(self): self[:] = [0.0] * len(self)


def accuracy(y_hat, y):
    pred = y_hat.argmax(dim=-1) if y_hat.ndim == 2 else y_hat
    return float((pred == y).sum())


def to(x, device):
    return [to(e, device) for e in x] if isinstance(x, (list, tuple)) else x.to(device)


@torch.no_grad()
def evaluate_accuracy_gpu(net, data_iter, device=None):
    was_training = net.training
    net.eval()
    device = next(net.parameters()).device if device is None else device
    right, n = 0.0, 0
    for X, y in data_iter:
        y = y.to(device)
        right += accuracy(net(to(X, device)), y)
        n += 1
    n *= len(y)
    net.train(was_training)
    return right / n


def init_weights(m):
    if isinstance(m, (nn.Linear, nn.Conv2d)):
        nn.init.xavier_uniform_(m.weight)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.apply(init_weights).to(device)
    opt = torch.optim.SGD(net.parameters(), lr)
    history = []
    for epoch in range(1, num_epochs + 1):
        net.train()
        total = Accumulator(3)
        for X, y in train_iter:
            X, y = to(X, device), y.to(device)
            out = net(X)
            loss = F.cross_entropy(out, y)
            total.add(loss.item() * len(y), accuracy(out, y), len(y))
            opt.zero_grad()
            loss.backward()
            opt.step()
        history.append(dict(epoch=epoch, train_loss=total[0] / total[2], train_acc=total[1] / total[2],
                            test_acc=evaluate_accuracy_gpu(net, test_iter, device)))
    return history
