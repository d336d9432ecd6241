"""Evaluation and training as folds over the batches; gradients by `autograd.grad`, so nothing is ever to be zeroed."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import torch as th
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass
class Record:
    epoch: int
    train_loss: float
    train_acc: float
    test_acc: float


class Accumulator:
    def __init__(self, n: int) -> None:
        self._sums = th.zeros(n, dtype=th.float64)

    def add(self, *values: float) -> None:
        self._sums += th.tensor([float(value) for value in values], dtype=th.float64)

    def reset(self) -> None:
        self._sums.zero_()

    def __getitem__(self, index: int) -> float:
        return self._sums[index].item()


def accuracy(y_hat: Tensor, y: Tensor) -> float:
    classes = y_hat if y_hat.ndim == y.ndim else y_hat.max(-1).indices
    return float(classes.eq(y).count_nonzero())


def _to(X: Any, device: Any) -> Any:
    return [_to(x, device) for x in X] if isinstance(X, (list, tuple)) else X.to(device)


@contextmanager
def _evaluating(net: nn.Module) -> Iterator[None]:
    was = net.training
    net.eval()
    try:
        with th.inference_mode():
            yield
    finally:
        net.train(was)


def evaluate_accuracy_gpu(net: nn.Module, data_iter: Iterable, device: Any = None) -> float:
    device = device or next(net.parameters()).device
    with _evaluating(net):
        counts = [(accuracy(net(_to(X, device)), y.to(device)), len(y)) for X, y in data_iter]
    right, examples = map(sum, zip(*counts, strict=True))
    return right / examples


@th.no_grad()
def init_weights(m: nn.Module) -> None:
    match m:
        case nn.Linear() | nn.Conv2d():
            elements = m.weight[0, 0].numel()
            bound = sqrt(6 / (elements * (m.weight.size(0) + m.weight.size(1))))
            m.weight.uniform_(-bound, bound)


def _step(net: nn.Module, X: Tensor, y: Tensor, lr: float) -> tuple[float, float, int]:
    y_hat = net(X)
    loss = F.cross_entropy(y_hat, y)
    weights = [*net.parameters()]
    with th.no_grad():
        for weight, gradient in zip(weights, th.autograd.grad(loss, weights), strict=True):
            weight.sub_(gradient, alpha=lr)
    return loss.item() * len(y), accuracy(y_hat, y), len(y)


def train(
    net: nn.Module, train_iter: Iterable, test_iter: Iterable, num_epochs: int, lr: float, device: Any
) -> list[dict[str, Any]]:
    net = net.apply(init_weights).to(device).train()
    history: list[Record] = []
    while len(history) < num_epochs:
        sums = Accumulator(3)
        for X, y in train_iter:
            sums.add(*_step(net, _to(X, device), y.to(device), lr))
        loss, right = (sums[i] / sums[2] for i in range(2))
        history.append(Record(len(history) + 1, loss, right, evaluate_accuracy_gpu(net, test_iter, device)))
    return [asdict(record) for record in history]
