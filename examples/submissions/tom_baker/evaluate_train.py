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
    """n sums that grow side by side.

    >>> sums = Accumulator(2)
    >>> sums.add(3, 4)
    >>> sums.add(1, 4)
    >>> sums[0] / sums[1]
    0.5
    >>> sums.reset()
    >>> sums[0], sums[1]
    (0.0, 0.0)
    """

    def __init__(self, n: int) -> None:
        """Start n sums at zero."""
        raise NotImplementedError("Accumulator.__init__")

    def add(self, *values: float) -> None:
        """Add n values, the first to the first sum, the second to the second, and so on."""
        raise NotImplementedError("Accumulator.add")

    def reset(self) -> None:
        """Set every sum to zero."""
        raise NotImplementedError("Accumulator.reset")

    def __getitem__(self, index: int) -> float:
        """The sum with this index, counted from 0."""
        raise NotImplementedError("Accumulator.__getitem__")


def accuracy(y_hat: Tensor, y: Tensor) -> float:
    """Count the predictions that are right: their number as a float, not their share.

    y holds the N true classes. y_hat holds either logits (N, C), where the largest of a row is the
    prediction, or the N predicted classes themselves.

    >>> accuracy(torch.tensor([[0.1, 2.0, 0.3], [1.5, 0.2, 0.9]]), torch.tensor([1, 2]))
    1.0
    >>> accuracy(torch.tensor([2, 0, 1]), torch.tensor([2, 1, 1]))
    2.0
    """
    raise NotImplementedError("accuracy")


def evaluate_accuracy_gpu(net: nn.Module, data_iter: Batches, device: torch.device | None = None) -> float:
    """The share of all examples in data_iter that net classifies rightly, as a float from 0 to 1.

    data_iter holds pairs (X, y); X is a tensor or a list of tensors. The net is in evaluation mode and
    no gradients are recorded. Batches are moved to `device`; without one, to where net's parameters are.

    >>> net = nn.Linear(2, 2)
    >>> with torch.no_grad():
    ...     _ = net.weight.copy_(torch.eye(2)), net.bias.zero_()
    >>> X = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> evaluate_accuracy_gpu(net, [(X, torch.tensor([0, 1])), (X, torch.tensor([0, 0]))])
    0.75
    """
    raise NotImplementedError("evaluate_accuracy_gpu")


def init_weights(m: nn.Module) -> None:
    """Draw m's weight from Xavier's uniform distribution if m is an nn.Linear or an nn.Conv2d.

    Biases stay as they are, and so do all other modules.

    >>> layer = nn.Linear(3, 3)
    >>> init_weights(layer)
    >>> bool((layer.weight.abs() <= 1).all())
    True
    """
    raise NotImplementedError("init_weights")


def train(
    net: nn.Module, train_iter: Batches, test_iter: Batches, num_epochs: int, lr: float, device: torch.device
) -> list[dict[str, Any]]:
    """Train net from newly drawn weights, on device, by plain gradient descent on each batch's cross-entropy.

    The loss of a batch is the mean over its examples. Every epoch goes once through train_iter, in
    training mode, and then through test_iter, to evaluate. train_iter and test_iter hold pairs (X, y).

    Returns one dict per epoch: `epoch`, an int from 1; `train_loss` and `train_acc`, the averages over
    the epoch's training examples, each taken when its batch comes up, before that step's update; and
    `test_acc`, the accuracy on test_iter after the epoch.

    >>> _ = torch.manual_seed(0)
    >>> data = [(torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1]))]
    >>> history = train(nn.Linear(2, 2), data, data, 20, 1.0, torch.device("cpu"))
    >>> history[-1]["epoch"], history[-1]["test_acc"]
    (20, 1.0)
    >>> history[-1]["train_loss"] < history[0]["train_loss"]
    True
    """
    raise NotImplementedError("train")
