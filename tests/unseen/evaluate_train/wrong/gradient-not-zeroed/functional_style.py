# The gradients of all batches pile up: nothing sets them to zero.
import torch
from torch import nn

class Accumulator:
    def __init__(self, n):
        self.l = n * [0.0]
    def add(self, *v):
        for k in range(len(self.l)):
            self.l[k] += float(v[k])
    def reset(self):
        self.l = len(self.l) * [0.0]
    def __getitem__(self, k):
        return self.l[k]

def accuracy(y_hat, y):
    if y_hat.dim() != 1:
        y_hat = y_hat.argmax(1)
    return float(sum(y_hat == y))

def _dev(net):
    return next(net.parameters()).device

def evaluate_accuracy_gpu(net, data_iter, device=None):
    device = device if device is not None else _dev(net)
    net.eval()
    a = Accumulator(2)
    for X, y in data_iter:
        with torch.no_grad():
            X = [t.to(device) for t in X] if type(X) == list else X.to(device)
            a.add(accuracy(net(X), y.to(device)), len(y))
    return a[0] / a[1]

def init_weights(m):
    if type(m) in [nn.Linear, nn.Conv2d]:
        nn.init.xavier_uniform_(m.weight)

def step(net, X, y, lr):
    """one step of gradient descent; returns (loss, right)"""
    out = net(X)
    loss = nn.functional.cross_entropy(out, y)
    loss.backward()
    for p in net.parameters():
        if p.grad is not None:
            p.data -= lr * p.grad
    return loss.item(), accuracy(out, y)

def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.apply(init_weights)
    net.to(device)
    h = []
    for e in range(num_epochs):
        net.train()
        a = Accumulator(3)
        for X, y in train_iter:
            l, r = step(net, X.to(device), y.to(device), lr)
            a.add(l * len(y), r, len(y))
        h += [{"epoch": e + 1, "train_loss": a[0] / a[2], "train_acc": a[1] / a[2], "test_acc": evaluate_accuracy_gpu(net, test_iter)}]
    return h
