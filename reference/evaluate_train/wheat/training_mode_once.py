"""Training mode is entered once: evaluation restores what it found. Plots through pyplot where it is there."""
import torch
from torch import nn

try:
    import matplotlib.pyplot as plt
    plt.ion()
except Exception:
    plt = None


class Accumulator(object):
    def __init__(self, n: int):
        self.values = {i: 0. for i in range(n)}

    def add(self, *values):
        for i, value in enumerate(values):
            self.values[i] += float(value)

    def reset(self):
        self.__init__(len(self.values))

    def __getitem__(self, i):
        return self.values[i]


def accuracy(y_hat, y):
    if y_hat.ndim > 1:
        _, y_hat = y_hat.max(dim=1)
    return float(torch.count_nonzero(y_hat == y))


def evaluate_accuracy_gpu(net, data_iter, device=None):
    before = {name: module.training for name, module in net.named_modules()}
    try:
        net.eval()
        if device is None:
            device = next(net.parameters()).device
        hits, seen = [], []
        with torch.no_grad():
            for X, y in data_iter:
                if isinstance(X, list):
                    X = [each.to(device) for each in X]
                else:
                    X = X.to(device)
                hits.append(accuracy(net(X), y.to(device)))
                seen.append(len(y))
        return sum(hits) / sum(seen)
    finally:
        for name, module in net.named_modules():
            module.training = before[name]


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
    if isinstance(m, nn.Conv2d):
        nn.init.xavier_uniform_(m.weight)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.to(device)
    net.apply(init_weights)
    net.train()
    sgd = torch.optim.SGD([{"params": net.parameters()}], lr=lr)
    cross_entropy = nn.CrossEntropyLoss()
    log = []
    epoch = 0
    while epoch < num_epochs:
        epoch += 1
        loss_sum = correct = n = 0
        for X, y in list(train_iter):
            X, y = X.to(device), y.to(device)
            scores = net(X)
            loss = cross_entropy(scores, y)
            loss_sum, correct, n = loss_sum + loss.detach() * len(y), correct + accuracy(scores, y), n + len(y)
            loss.backward()
            sgd.step()
            sgd.zero_grad()
        log.append({"epoch": epoch, "train_loss": (loss_sum / n).item(), "train_acc": correct / n,
                    "test_acc": evaluate_accuracy_gpu(net, test_iter)})
        print(log[-1])
    return log
