"""What a check asks, and how far that depends on answers: on their numbers, or on their form alone.

`Rehearsed` is a peer that answers as another did but for the last bits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from autograder.grading.examples import fresh
from autograder.sandbox import wire

_WITHOUT = ("begin", "seed")  # what a check does not choose itself


class Rehearsed:
    """Gives known answers in their order, nudged; keeps the questions."""

    def __init__(self, answers: Sequence[Mapping[str, Any]]) -> None:
        self.answers = answers
        self.asked: list[dict[str, Any]] = []

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(fresh(request))
        if len(self.asked) > len(self.answers):
            raise IndexError("one question too many")
        return {key: _nudged(value) for key, value in self.answers[len(self.asked) - 1].items()}

    def forget(self, kind: str, id: int) -> None: ...

    def was_asked(self, requests: Sequence[Mapping[str, Any]]) -> bool:
        """Whether the questions were exactly these."""
        return wire.same([*map(_chosen, self.asked)], [*map(_chosen, requests)])


def form_of(answers: Sequence[Mapping[str, Any]]) -> bytes:
    """A digest of what answers hold besides numbers: shapes, types, and names in their order."""
    return hashlib.sha256(repr(_form(answers)).encode("utf-8", "surrogatepass")).digest()


def _form(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.dtype, tuple(value.shape)
    if isinstance(value, wire.Handle):
        return value.type, _form(value.about)
    if isinstance(value, Mapping):
        return [(key, _form(each)) for key, each in value.items()]
    if isinstance(value, (list, tuple)):
        return [*map(_form, value)]
    return type(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _chosen(request: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in request.items() if key not in _WITHOUT}


def _nudged(value: Any) -> Any:
    """A copy whose numbers differ in their last bits, which is within any tolerance; zero stays zero."""
    if isinstance(value, torch.Tensor):
        factor = 1 + 4 * torch.finfo(value.dtype).eps if value.is_floating_point() else 1
        return (value.detach() * factor).requires_grad_(value.requires_grad)
    if isinstance(value, float):
        return value * (1 + 1e-15)
    if isinstance(value, (list, tuple)):
        return type(value)(map(_nudged, value))
    if isinstance(value, dict):
        return {key: _nudged(each) for key, each in value.items()}
    if isinstance(value, wire.Handle):
        return wire.Handle(value.id, value.type, _nudged(value.about))
    return value
