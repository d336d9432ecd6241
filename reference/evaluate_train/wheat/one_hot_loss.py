"""The cross-entropy by one-hot products, steps with torch._foreach-free loops, the number of epochs counted down."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Accumulator:
    def __init__(self, n):
        self.a = [0.0 for i in range(n)]

    def add(self, *v):
        for i in range(len(v)):
            self.a[i] += float(v[i])

    def reset(self):
        n = len(self.a)
        self.a = [0.0 for i in range(n)]

    def __getitem__(self, i):
        return self.a[i]


def accuracy(y_hat, y):
    if y_hat.dim() > 1:
        y_hat = torch.argmax(y_hat, dim=1)
    correct = (y_hat == y)
    return correct.sum().float().item()


def evaluate_accuracy_gpu(net, data_iter, device=None):
    with torch.no_grad():
        if device == None:
            device = list(net.parameters())[0].device
        net.eval()
        acc_sum, n = torch.tensor([0.0], device=device), 0
        for X, y in data_iter:
            if not isinstance(X, torch.Tensor):
                X = [x.to(device) for x in X]
            else:
                X = X.to(device)
            y = y.to(device)
            acc_sum += accuracy(net(X), y)
            n += y.shape[0]
        return acc_sum.item() / n


def init_weights(layer):
    weight = getattr(layer, "weight", None)
    if weight is None or not isinstance(layer, (nn.Linear, nn.Conv2d)):
        return layer
    nn.init.xavier_uniform_(weight)
    return layer


def sgd(params, lr):
    with torch.no_grad():
        for param in params:
            if param.grad is not None:
                param -= lr * param.grad
                param.grad.zero_()


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.apply(init_weights)
    net.to(device)
    history, left = [], num_epochs
    net.zero_grad()
    while left:
        left -= 1
        net.train()
        train_l_sum, train_acc_sum, n = 0.0, 0.0, 0
        for X, y in train_iter:
            X = X.to(device)
            y = y.to(device)
            y_hat = net(X)
            l = -(F.one_hot(y, y_hat.shape[1]) * F.log_softmax(y_hat, 1)).sum(1).mean()
            l.backward()
            sgd(net.parameters(), lr)
            train_l_sum += l.cpu().item() * y.shape[0]
            train_acc_sum += (y_hat.argmax(dim=1) == y).sum().cpu().item()
            n += y.shape[0]
        test_acc = evaluate_accuracy_gpu(net, test_iter)
        history.append({"test_acc": test_acc, "train_acc": train_acc_sum / n, "train_loss": train_l_sum / n,
                        "epoch": num_epochs - left})
    return history
