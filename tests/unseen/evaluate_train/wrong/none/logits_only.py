# accuracy takes logits alone and raises for class ids.
from __future__ import annotations

from typing import Any

import torch
import torch.nn as nn

# every quantity is a sum over samples; divide once, at the end of the epoch


class Accumulator:
    def __init__(self, n: int) -> None:
        self.t = torch.zeros(n, dtype=torch.float64)

    def add(self, *values) -> None:
        self.t += torch.tensor([float(v) for v in values], dtype=torch.float64)

    def reset(self) -> None:
        self.t.zero_()

    def __getitem__(self, index: int) -> float:
        return self.t[index].item()


def predictions(y_hat: torch.Tensor) -> torch.Tensor:
    return y_hat.topk(1, dim=1).indices.squeeze(1)


def accuracy(y_hat: torch.Tensor, y: torch.Tensor) -> float:
    return float(torch.count_nonzero(predictions(y_hat) == y))


def evaluate_accuracy_gpu(net: nn.Module, data_iter, device=None) -> float:
    if device is None:
        device = next(net.parameters()).device
    net.train(False)
    correct: list[float] = []
    sizes: list[int] = []
    with torch.set_grad_enabled(False):
        for features, labels in data_iter:
            if type(features) is list:
                features = list(map(lambda f: f.to(device), features))
            else:
                features = features.to(device)
            labels = labels.to(device)
            correct.append(accuracy(net(features), labels))
            sizes.append(labels.size(0))
    return sum(correct) / sum(sizes)


def init_weights(m: nn.Module) -> None:
    match m:
        case nn.Linear() | nn.Conv2d():
            torch.nn.init.xavier_uniform_(m.weight)


def run_epoch(net, batches, optimizer, device) -> tuple[float, float]:
    net.train()
    sums = Accumulator(3)
    criterion = nn.CrossEntropyLoss(reduction="none")
    for X, y in batches:
        X = X.to(device)
        y = y.to(device)
        logits = net(X)
        losses = criterion(logits, y)
        net.zero_grad()
        losses.mean().backward()
        optimizer.step()
        sums.add(losses.sum().item(), accuracy(logits, y), y.numel())
    return sums[0] / sums[2], sums[1] / sums[2]


def train(net, train_iter, test_iter, num_epochs, lr, device) -> list[dict[str, Any]]:
    net.apply(init_weights)
    net.to(device)
    optimizer = torch.optim.SGD(params=net.parameters(), lr=lr, momentum=0.0)
    history = []
    for k in range(num_epochs):
        train_loss, train_acc = run_epoch(net, train_iter, optimizer, device)
        history.append({"epoch": k + 1, "train_loss": train_loss, "train_acc": train_acc})
        history[-1]["test_acc"] = evaluate_accuracy_gpu(net, test_iter, device)
    return history
