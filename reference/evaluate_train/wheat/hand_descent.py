"""The steps by hand from torch.autograd.grad, the loss from log_softmax and gather."""
import math

import torch


class Accumulator:
    def __init__(self, n):
        for i in range(n):
            setattr(self, f"sum{i}", 0)
        self.n = n

    def add(self, *values):
        for i in range(self.n):
            self.__dict__[f"sum{i}"] += values[i]

    def reset(self):
        for i in range(self.n):
            setattr(self, f"sum{i}", 0)

    def __getitem__(self, i):
        return getattr(self, f"sum{i}")


def accuracy(y_hat, y):
    right = 0
    for i in range(len(y)):
        guess = y_hat[i] if y_hat.ndim == 1 else torch.max(y_hat[i], 0).indices
        if int(guess) == int(y[i]):
            right += 1
    return float(right)


@torch.no_grad()
def evaluate_accuracy_gpu(net, data_iter, device=None):
    was_training = net.training
    net.eval()
    where = device if device is not None else [p for p in net.parameters()][0].device
    right = total = 0
    for X, y in data_iter:
        if type(X) is list:
            for i in range(len(X)):
                X[i] = X[i].to(where)
        else:
            X = X.to(where)
        y = y.to(where)
        right += accuracy(net(X), y)
        total += y.shape[0]
    net.train(was_training)
    return right / total


def init_weights(m):
    if isinstance(m, torch.nn.Linear):
        fans = m.in_features + m.out_features
    elif isinstance(m, torch.nn.Conv2d):
        fans = (m.in_channels + m.out_channels) * m.kernel_size[0] * m.kernel_size[1]
    else:
        return
    bound = math.sqrt(6 / fans)
    with torch.no_grad():
        m.weight.copy_((2 * torch.rand_like(m.weight) - 1) * bound)


def cross_entropy(y_hat, y):
    return -torch.log_softmax(y_hat, 1).gather(1, y.reshape(-1, 1)).mean()


def train(net, train_iter, test_iter, num_epochs, lr, device):
    for module in net.modules():
        init_weights(module)
    net = net.to(device)
    results = []
    for epoch in range(1, num_epochs + 1):
        losses, rights, count = 0.0, 0.0, 0
        for X, y in train_iter:
            net.train()
            X = X.to(device)
            y = y.to(device)
            out = net(X)
            loss = cross_entropy(out, y)
            parameters = list(net.parameters())
            gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
            losses += float(loss) * len(X)
            rights += accuracy(out.detach(), y)
            count += len(X)
            with torch.no_grad():
                for p, g in zip(parameters, gradients):
                    if g is not None:
                        p.sub_(lr * g)
        results.append(dict(epoch=epoch, train_loss=losses / count, train_acc=rights / count,
                            test_acc=evaluate_accuracy_gpu(net, test_iter, device)))
    return results
