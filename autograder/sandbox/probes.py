"""What hidden tests hand to student code that trains: networks that keep a log, and batches that can be counted.

The code is the package's own on both sides of the boundary: in a worker the student's function gets
these objects, in the trusted process the reference does. What a worker's log says is the worker's word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import nn

MAX_EVENTS = 4096
MAX_LOGGED = 1 << 22  # elements of all tensors in a log

LAYERS = (
    "AvgPool2d", "BatchNorm1d", "BatchNorm2d", "Conv1d", "Conv2d", "ConvTranspose2d", "Dropout", "Embedding", "Flatten",
    "GroupNorm", "Identity", "LayerNorm", "Linear", "MaxPool2d", "ReLU", "Sigmoid", "Tanh",
)  # fmt: skip

Epoch = Callable[[int], None]


class Join(nn.Module):
    """A list of tensors (N, ...) becomes one, joined along axis 1; a tensor stays as it is."""

    def forward(self, X: Any) -> torch.Tensor:
        return torch.cat(list(X), 1) if isinstance(X, (list, tuple)) else X


class Batches:
    """Pairs (X, y) to be iterated again and again; every pass hands out fresh copies. X may be a list."""

    def __init__(self, pairs: Sequence[tuple[Any, Any]], number: int, log: Log) -> None:
        self._pairs, self._number, self._log = pairs, number, log

    def __len__(self) -> int:
        return len(self._pairs)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        self._log.passes(self._number)
        for index, (X, y) in enumerate(self._pairs):
            self._log.add({"event": "batch", "of": self._number, "index": index})
            yield _copied(X), _copied(y)


class Log:
    """What happened since a check began, in order, up to a bound."""

    def __init__(self, epoch: Epoch) -> None:
        self.events: list[dict[str, Any]] = []
        self._epoch, self._passes, self._elements = epoch, 0, 0

    def add(self, event: dict[str, Any]) -> None:
        if len(self.events) < MAX_EVENTS:
            self.events.append(event)

    def passes(self, number: int) -> None:
        """A pass over batches `number` begins; those made first are what is trained on."""
        self.add({"event": "pass", "of": number})
        if number == 0:
            self._passes += 1
            self._epoch(self._passes)

    def forward(self, number: int, net: nn.Module, X: Any) -> None:
        """Net `number` is about to be called."""
        first = X[0] if isinstance(X, (list, tuple)) else X
        parameters, buffers = dict(net.named_parameters()), dict(net.named_buffers())
        self._elements += sum(each.numel() for each in (*parameters.values(), *buffers.values()))
        if self._elements > MAX_LOGGED or not isinstance(first, torch.Tensor):
            return
        grad = torch.is_grad_enabled()
        with torch.no_grad():
            self.add(
                {
                    "event": "forward",
                    "of": number,
                    "training": net.training is True,
                    "modes": modes(net),
                    "grad": grad,
                    "requires_grad": any(each.requires_grad for each in parameters.values()),
                    "device": str(first.device),
                    "parameter_device": str(next(iter(parameters.values())).device) if parameters else "",
                    "shape": list(first.shape),
                    "x": _copied(X),
                    "parameters": _copied(parameters),
                    "buffers": _copied(buffers),
                }
            )


class Probes:
    """Makes nets and batches, and keeps the one log of all of them.

    `epoch` is told whenever another pass over the first batches begins.
    """

    def __init__(self, epoch: Epoch = lambda number: None) -> None:
        self._log = Log(epoch)
        self._nets = self._data = 0

    def net(self, *layers: Sequence[Any], device: torch.device | None = None) -> nn.Module:
        """The layers of torch.nn with these names and positional arguments, one after the other.

        A single one is that layer itself. Raises `ValueError` for a name that is not in `LAYERS`.
        """
        built = [_layer(*each) for each in layers]
        net = built[0] if len(built) == 1 else nn.Sequential(*built)
        number, self._nets = self._nets, self._nets + 1
        # `module`, not `net`: student code may well call a copy.
        net.register_forward_pre_hook(lambda module, args: self._log.forward(number, module, args[0] if args else None))
        return net if device is None else net.to(device)

    def batches(self, pairs: Sequence[tuple[Any, Any]]) -> Batches:
        """An iterable over the pairs."""
        number, self._data = self._data, self._data + 1
        return Batches([_copied(pair) for pair in pairs], number, self._log)

    def log(self) -> list[dict[str, Any]]:
        """What was observed so far: events `pass`, `batch` and `forward` (the state before the call)."""
        return list(self._log.events)


def modes(net: nn.Module) -> dict[str, bool]:
    """The training flag of every submodule by its name; that of the net itself is called ""."""
    return {name: module.training is True for name, module in net.named_modules()}


def _layer(name: str, *args: Any) -> nn.Module:
    if name == "Join":
        return Join()
    if name not in LAYERS:
        raise ValueError(f"no layer `{name}`; there are: Join, {', '.join(LAYERS)}")
    layer: nn.Module = getattr(nn, name)(*args)
    return layer


def _copied(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, (list, tuple)):
        return type(value)(_copied(item) for item in value)
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return value
