# evaluate_accuracy_gpu does not switch to evaluation mode.
"""Counting what a network gets right, and training it."""

import importlib
import importlib.util
import io
import os
import sys
import time
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

Batches = Iterable[tuple[Any, Tensor]]  # pairs (X, y), to be iterated as often as you like


class Timer:
    """A stopwatch that adds up: given to you, to be used where you like.

    >>> timer = Timer()
    >>> timer.start()
    >>> seconds = timer.stop()
    >>> timer.sum() == seconds
    True
    """

    def __init__(self) -> None:
        self.times: list[float] = []
        self.start()

    def start(self) -> None:
        """Begin to measure."""
        self.began = time.perf_counter()

    def stop(self) -> float:
        """Stop, and return the seconds since `start`."""
        self.times.append(time.perf_counter() - self.began)
        return self.times[-1]

    def sum(self) -> float:
        """All seconds between a `start` and its `stop` together."""
        return sum(self.times)

    def rate(self, examples: float) -> float:
        """Examples per second, if so many were treated while the watch ran."""
        return examples / max(self.sum(), 1e-9)


class Animator:
    """Curves that grow while a network trains: given to you, to be used where you like.

    `add(x, (a, b, c))` gives each curve another point; None leaves a curve as it is. In a notebook the
    picture is drawn anew, anywhere else it is saved to `file`, a PNG, and both at most twice a second
    until x reaches `xlim[1]`. Without matplotlib, or where no file can be written, the points are only
    kept, in `curves`.

    >>> animator = Animator(xlim=(1, 10), file="")
    >>> animator.add(1, (0.9, 0.5, None))
    >>> animator.add(2, (0.7, None, 0.6))
    >>> animator.curves
    {0: ([1, 2], [0.9, 0.7]), 1: ([1], [0.5]), 2: ([2], [0.6])}
    """

    def __init__(
        self,
        xlabel: str = "epoch",
        ylabel: str = "",
        legend: Iterable[str] = ("train loss", "train acc", "test acc"),
        xlim: tuple[float, float] | None = None,
        ylim: tuple[float, float] | None = None,
        file: str = "training.png",
    ) -> None:
        self.xlabel, self.ylabel, self.legend, self.xlim, self.ylim = xlabel, ylabel, list(legend), xlim, ylim
        self.file = file
        self.curves: dict[int, tuple[list[float], list[float]]] = {}
        self.notebook = _in_notebook()
        self.matplotlib = _matplotlib() if self.notebook or (file and os.access(".", os.W_OK)) else None
        self.drawn = 0.0

    def add(self, x: float, y: Any) -> None:
        """One more point for each curve: y is a number, or a list of numbers and None."""
        for number, value in enumerate(y if isinstance(y, (list, tuple)) else [y]):
            if value is not None:
                xs, ys = self.curves.setdefault(number, ([], []))
                xs.append(x)
                ys.append(float(value))
        finished = self.xlim is not None and x >= self.xlim[1]
        if self.matplotlib is not None and (finished or time.perf_counter() - self.drawn > 0.5):
            self.draw()
            self.drawn = time.perf_counter()

    def draw(self) -> None:
        """Draw the picture as it is now."""
        figure = self.matplotlib.Figure(figsize=(5, 3.5), layout="constrained")
        axes = figure.subplots()
        for number, (xs, ys) in sorted(self.curves.items()):
            name = self.legend[number] if number < len(self.legend) else None
            axes.plot(xs, ys, ("-", "m--", "g-.", "r:")[number % 4], label=name)
        axes.set(xlabel=self.xlabel, ylabel=self.ylabel, xlim=self.xlim, ylim=self.ylim)
        axes.grid()
        if self.curves and self.legend:
            axes.legend()
        if not self.notebook:
            figure.savefig(self.file)
            return
        display, picture = importlib.import_module("IPython.display"), io.BytesIO()
        figure.savefig(picture, format="png")
        display.clear_output(wait=True)
        display.display(display.Image(picture.getvalue()))


def _matplotlib() -> Any:
    """The module that draws, or None where it is not installed or stands in for one that is not."""
    if importlib.util.find_spec("matplotlib") is None:
        return None
    module = importlib.import_module("matplotlib.figure")
    return module if hasattr(module, "Figure") else None


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return hasattr(ipython, "get_ipython") and hasattr(ipython.get_ipython(), "kernel")


class Accumulator:
    """n sums that grow side by side."""

    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *args):
        self.data = [a + float(b) for a, b in zip(self.data, args)]

    def reset(self):
        self.data = [0.0] * len(self.data)

    def __getitem__(self, idx):
        return self.data[idx]


def accuracy(y_hat, y):
    if len(y_hat.shape) > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    cmp = y_hat.type(y.dtype) == y
    return float(cmp.type(y.dtype).sum())


def evaluate_accuracy_gpu(net, data_iter, device=None):
    if isinstance(net, nn.Module):
        if not device:
            device = next(iter(net.parameters())).device
    metric = Accumulator(2)  # number of correct predictions, number of predictions
    with torch.no_grad():
        for X, y in data_iter:
            if isinstance(X, list):
                X = [x.to(device) for x in X]
            else:
                X = X.to(device)
            y = y.to(device)
            metric.add(accuracy(net(X), y), y.numel())
    return metric[0] / metric[1]


def init_weights(m):
    if type(m) == nn.Linear or type(m) == nn.Conv2d:
        nn.init.xavier_uniform_(m.weight)


def train(net, train_iter, test_iter, num_epochs, lr, device):
    net.apply(init_weights)
    print("training on", device)
    net.to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    loss = nn.CrossEntropyLoss()
    animator = Animator(xlabel="epoch", xlim=[1, num_epochs])
    timer = Timer()
    history = []
    for epoch in range(num_epochs):
        metric = Accumulator(3)  # sum of training loss, of correct predictions, of examples
        net.train()
        for i, (X, y) in enumerate(train_iter):
            timer.start()
            optimizer.zero_grad()
            X, y = X.to(device), y.to(device)
            y_hat = net(X)
            l = loss(y_hat, y)
            l.backward()
            optimizer.step()
            with torch.no_grad():
                metric.add(l * X.shape[0], accuracy(y_hat, y), X.shape[0])
            timer.stop()
        train_l = metric[0] / metric[2]
        train_acc = metric[1] / metric[2]
        test_acc = evaluate_accuracy_gpu(net, test_iter)
        animator.add(epoch + 1, (train_l, train_acc, test_acc))
        history.append({"epoch": epoch + 1, "train_loss": train_l, "train_acc": train_acc, "test_acc": test_acc})
    if history:
        print(f"loss {train_l:.3f}, train acc {train_acc:.3f}, test acc {test_acc:.3f}")
    return history
