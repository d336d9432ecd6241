"""inference_mode, set_to_none, the sum of the losses from reduction='none', helpers."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Accumulator:
    def __init__(self, n):
        self.n = n
        self.reset()

    def add(self, *values):
        assert len(values) == self.n
        for i, v in enumerate(values):
            self.sums[i] += v

    def reset(self):
        self.sums = [0.0 for _ in range(self.n)]

    def __getitem__(self, i):
        return self.sums[i]


def accuracy(y_hat, y):
    if y_hat.dim() == 2:
        y_hat = torch.softmax(y_hat, -1).argmax(-1)
    return torch.eq(y_hat, y).float().sum().item()


def to_device(X, device):
    if isinstance(X, (list, tuple)):
        return [to_device(x, device) for x in X]
    return X.to(device, non_blocking=True)


def evaluate_accuracy_gpu(net, data_iter, device=None):
    device = device or next(net.parameters()).device
    net.eval()
    with torch.inference_mode():
        pairs = [(net(to_device(X, device)), to_device(y, device)) for X, y in data_iter]
        predicted = torch.cat([y_hat for y_hat, _ in pairs]).argmax(1)
        labels = torch.cat([y for _, y in pairs])
        return (predicted == labels).double().mean().item()


def init_weights(m):
    if m.__class__.__name__ in {"Linear", "Conv2d"}:
        torch.nn.init.xavier_uniform_(m.weight.data, gain=1.0)


def train_epoch(net, train_iter, optimizer, device):
    net.train(True)
    total = Accumulator(3)
    for X, y in train_iter:
        X, y = to_device(X, device), to_device(y, device)
        logits = net(X)
        each = F.cross_entropy(logits, y, reduction="none")
        optimizer.zero_grad(set_to_none=False)
        each.mean().backward()
        optimizer.step()
        total.add(each.sum().item(), accuracy(logits, y), y.size(0))
    return total[0] / total[2], total[1] / total[2]


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.to(device).apply(init_weights)
    optimizer = torch.optim.SGD(net.parameters(), lr)
    history = []
    for epoch in range(num_epochs):
        loss, acc = train_epoch(net, train_iter, optimizer, device)
        history.append({
            "epoch": epoch + 1,
            "train_loss": loss,
            "train_acc": acc,
            "test_acc": evaluate_accuracy_gpu(net, test_iter),
            "lr": lr,
        })
    return history
