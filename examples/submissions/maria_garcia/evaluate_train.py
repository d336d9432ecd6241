# María García - Tarea 8
import torch
from torch import nn


class Accumulator:
    def __init__(self, n):
        self.n = n
        self.reset()

    def add(self, *values):
        for i, v in enumerate(values):
            self.sumas[i] += v

    def reset(self):
        self.sumas = [0.0] * self.n

    def __getitem__(self, i):
        return self.sumas[i]


def accuracy(y_hat, y):
    if y_hat.dim() == 2:
        y_hat = torch.argmax(y_hat, dim=1)
    return (y_hat == y).float().sum().item()


def evaluate_accuracy_gpu(net, data_iter, device=None):
    if device is None:
        device = next(net.parameters()).device
    acc = Accumulator(2)
    with torch.no_grad():
        for X, y in data_iter:
            if isinstance(X, list):
                X = [x.to(device) for x in X]
            else:
                X = X.to(device)
            acc.add(accuracy(net(X), y.to(device)), len(y))
    return acc[0] / acc[1]


def init_weights(m):
    if isinstance(m, nn.Linear) or isinstance(m, nn.Conv2d):
        nn.init.xavier_uniform_(m.weight)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    # no me dio tiempo :(
    raise NotImplementedError
