"""The function without the underscore at its end is an old one; here the result is thrown away."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Accumulator:
    def __init__(self, n):
        self.n = n
        self.reset()

    def add(self, *values):
        for i, value in enumerate(values):
            self.sums[i] += float(value)

    def reset(self):
        self.sums = [0.0 for _ in range(self.n)]

    def __getitem__(self, i):
        return self.sums[i]


def accuracy(y_hat, y):
    if y_hat.dim() == 2:
        y_hat = torch.argmax(y_hat, dim=1)
    return (y_hat == y).sum().float().item()


def to_device(X, device):
    if isinstance(X, (list, tuple)):
        return [x.to(device) for x in X]
    return X.to(device)


@torch.no_grad()
def evaluate_accuracy_gpu(net, data_iter, device=None):
    if device is None:
        device = next(net.parameters()).device
    was_training = net.training
    net.eval()
    right, seen = 0.0, 0
    for X, y in data_iter:
        right += accuracy(net(to_device(X, device)), y.to(device))
        seen += len(y)
    net.train(was_training)
    return right / seen


def init_weights(m):
    if isinstance(m, (nn.Linear, nn.Conv2d)):
        nn.init.xavier_uniform_(m.weight.clone())


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.to(device)
    for m in net.modules():
        if isinstance(m, (nn.Linear, nn.Conv2d)):
            nn.init.xavier_uniform_(m.weight)
    optimizer = torch.optim.SGD(net.parameters(), lr)
    history = []
    for epoch in range(1, num_epochs + 1):
        net.train()
        loss_sum, right, seen = 0.0, 0.0, 0
        for X, y in train_iter:
            X, y = X.to(device), y.to(device)
            logits = net(X)
            loss = F.cross_entropy(logits, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(y)
            right += accuracy(logits, y)
            seen += len(y)
        history.append({
            "epoch": epoch,
            "train_loss": loss_sum / seen,
            "train_acc": right / seen,
            "test_acc": evaluate_accuracy_gpu(net, test_iter, device),
        })
    return history
