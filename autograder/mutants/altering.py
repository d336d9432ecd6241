"""A peer that asks for something a little different: what a check asks, with other sizes, numbers and dtypes.

Inputs of hidden checks alone would call equivalent whatever those checks fail to try.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import torch

from autograder.grading.local import LocalPeer
from autograder.grading.session import GPU

SHARE = 0.4  # of the calls that are altered: the others must lead to where later calls are made


class Altering:
    """Carries requests to `peer`, some of the calls with other arguments, perhaps on a pretended GPU.

    The same seed alters the same way; `note` is told on which devices the results of each call there are.
    """

    def __init__(self, peer: LocalPeer, seed: int, note: Callable[[Any], None]) -> None:
        self.peer, self.random, self.note = peer, random.Random(seed), note
        self.pretends = self.random.random() < 0.3

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.pretends:
            on_gpu = {"device": GPU} if request["op"] == "call" and isinstance(request["target"], str) else {}
            request = {"pretend": GPU} | on_gpu | request
        if request["op"] == "call" and self.random.random() < SHARE:
            request = request | {"args": self._arguments(request)}
        reply = self.peer.ask(request)
        if "devices" in reply:
            self.note(("devices", reply["devices"]))
        return reply

    def forget(self, kind: str, id: int) -> None:
        self.peer.forget(kind, id)

    def _arguments(self, request: Mapping[str, Any]) -> list[Any]:
        """Arguments that the contract allows wherever it allowed those that were asked with."""
        sizes = not request.get("grad")  # gradients must look like the inputs that the check knows
        double = sizes and isinstance(request["target"], str) and self.random.random() < 0.4
        args = [self._altered(each, sizes, double) for each in request["args"]]
        shorter = len(args) > 1 and self.random.random() < 0.1
        return args[:-1] if shorter else args

    def _altered(self, value: Any, sizes: bool, double: bool) -> Any:
        if isinstance(value, torch.Tensor):
            return self._tensor(value, sizes, double)
        if isinstance(value, bool):
            return value ^ (self.random.random() < 0.3)
        if isinstance(value, int):
            return max(min(value, 1), value + self.random.choice([-1, 0, 0, 1]))
        if isinstance(value, float):
            return value * self.random.choice([0.5, 1.0, 1.5])
        if isinstance(value, (list, tuple)):
            return type(value)(self._altered(each, sizes, double) for each in value)
        return value

    def _tensor(self, tensor: torch.Tensor, sizes: bool, double: bool) -> torch.Tensor:
        needs_grad, tensor = tensor.requires_grad, tensor.detach()
        if sizes and tensor.dim() and self.random.random() < 0.5:
            axis = self.random.randrange(tensor.dim())
            length = tensor.shape[axis]
            if self.random.random() < 0.5:
                tensor = tensor.narrow(axis, self.random.choice([0, min(1, length - 1)]), max(1, length - 1))
            else:
                tensor = torch.cat([tensor, tensor.flip(axis)[:1] if axis == 0 else tensor.narrow(axis, 0, 1)], axis)
        if tensor.is_floating_point():
            tensor = self.random.choice([1.0, -1.0, 3.0]) * tensor + self.random.choice([0.0, 0.0, 1.0])
            tensor = tensor.double() if double else tensor
        return tensor.requires_grad_(needs_grad)
