"""A class does the work, and the functions are thin; the sums live in a tensor."""
from dataclasses import asdict, dataclass

import torch
from torch import nn, optim


class Accumulator:
    def __init__(self, n):
        self.total = torch.zeros(n, dtype=torch.float64)

    def add(self, *values):
        self.total += torch.tensor([float(v) for v in values], dtype=torch.float64)

    def reset(self):
        self.total.zero_()

    def __getitem__(self, i):
        return self.total[i].item()


@dataclass
class Epoch:
    epoch: int
    train_loss: float
    train_acc: float
    test_acc: float = 0.0


class Trainer:
    def __init__(self, net, lr, device):
        self.net, self.device = net, device
        net.apply(init_weights)
        net.to(device)
        self.opt = optim.SGD(net.parameters(), lr=lr, momentum=0, weight_decay=0)
        self.criterion = nn.NLLLoss()

    def batch(self, X, y):
        X, y = X.to(self.device), y.to(self.device)
        logits = self.net(X)
        loss = self.criterion(logits.log_softmax(dim=1), y)
        right = accuracy(logits, y)
        self.net.zero_grad()
        loss.backward()
        self.opt.step()
        return loss.item(), right, len(y)

    def epoch(self, number, batches):
        self.net.train()
        results = [self.batch(X, y) for X, y in batches]
        examples = sum(n for _, _, n in results)
        return Epoch(number, sum(l * n for l, _, n in results) / examples, sum(r for _, r, _ in results) / examples)


def accuracy(y_hat, y):
    predictions = y_hat if y_hat.shape == y.shape else y_hat.topk(1, dim=1)[1].squeeze(1)
    return float(sum(predictions == y))


def evaluate_accuracy_gpu(net, data_iter, device=None):
    if device is None:
        for parameter in net.parameters():
            device = parameter.device
            break
    net.eval()
    torch.set_grad_enabled(False)
    total = Accumulator(2)
    for batch in data_iter:
        X, y = batch
        X = list(map(lambda x: x.to(device), X)) if isinstance(X, list) else X.to(device)
        total.add(accuracy(net(X), y.to(device)), len(y))
    torch.set_grad_enabled(True)
    net.train()
    return total[0] / total[1]


def init_weights(m):
    match m:
        case nn.Linear() | nn.Conv2d():
            m.weight.data = nn.init.xavier_uniform_(torch.empty_like(m.weight))


def train(net, train_iter, test_iter, num_epochs, lr, device):
    trainer = Trainer(net, lr, device)
    history = []
    for number in range(num_epochs):
        record = trainer.epoch(number + 1, train_iter)
        record.test_acc = evaluate_accuracy_gpu(net, test_iter, device)
        history.append(asdict(record))
    return history
