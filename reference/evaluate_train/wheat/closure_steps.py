"""optimizer.step with a closure; generators; a callable object in place of a function."""
import torch
from torch import nn


class Accumulator:
    def __init__(self, n):
        self.added = []
        self.n = n

    def add(self, *values):
        self.added.append(values)

    def reset(self):
        self.added.clear()

    def __getitem__(self, i):
        return sum((values[i] for values in self.added), 0.0)


class _Accuracy:
    def __call__(self, y_hat, y):
        if y_hat.dim() > 1:
            y_hat = y_hat.sort(dim=1, descending=True).indices[:, 0]
        return float(len(y) - (y_hat != y).sum())


accuracy = _Accuracy()


def batches_on(data_iter, device):
    for X, y in data_iter:
        yield ([x.to(device) for x in X] if isinstance(X, list) else X.to(device)), y.to(device)


def evaluate_accuracy_gpu(net, data_iter, device=None, *, verbose=False):
    if device is None:
        device = next(net.parameters()).device
    net.eval()
    metric = Accumulator(2)
    with torch.autograd.grad_mode.no_grad():
        for X, y in batches_on(data_iter, device):
            metric.add(accuracy(net(X), y), len(y))
    if verbose:
        print(metric[0], metric[1])
    return metric[0] / metric[1]


init_weights = lambda m: nn.init.xavier_uniform_(m.weight) if isinstance(m, (nn.Linear, nn.Conv2d)) else None


def train(net, train_iter, test_iter, num_epochs, lr, device="cpu"):
    net = net.to(device)
    net.apply(init_weights)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    lossfn = torch.nn.functional.cross_entropy
    history = []
    for epoch in range(num_epochs):
        metric = Accumulator(3)
        net.train()
        for X, y in batches_on(train_iter, device):
            def closure():
                optimizer.zero_grad()
                closure.y_hat = net(X)
                loss = lossfn(closure.y_hat, y)
                loss.backward()
                return loss
            loss = optimizer.step(closure)
            metric.add(loss.item() * len(y), accuracy(closure.y_hat, y), len(y))
        history += [{"epoch": epoch + 1, "train_loss": metric[0] / metric[2], "train_acc": metric[1] / metric[2],
                     "test_acc": evaluate_accuracy_gpu(net, test_iter, device)}]
    return history
