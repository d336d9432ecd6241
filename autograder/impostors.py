"""Results that must never pass: the reference, but one function gives zeros, its input, a coarse copy and so on.

KernelBench accepted all-zero outputs on 4 of 60 problems because nobody had tried (its issue 165). Here
every impostor is tried on every function and class of every exercise, and some check must find it out.
One more gives what is right but for rounding, and no check may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from autograder.exercise import Exercise
from autograder.grading.code import AuthorCode, loading, suppliable
from autograder.grading.handles import Submission
from autograder.grading.local import LocalPeer
from autograder.grading.reference import Supplier
from autograder.grading.session import GradingSession
from autograder.sandbox import wire

ROUNDING = 8.0  # units in the last place: what another order of summation may change

Change = Callable[[torch.Tensor, list[torch.Tensor]], torch.Tensor]


def _cropped(result: torch.Tensor, inputs: list[torch.Tensor]) -> torch.Tensor:
    return result[..., :-1] if result.dim() else result


def _input(result: torch.Tensor, inputs: list[torch.Tensor]) -> torch.Tensor:
    return inputs[0].detach().clone() if inputs else torch.zeros_like(result)


IMPOSTORS: dict[str, Change] = {
    "zeros": lambda result, inputs: torch.zeros_like(result),
    "ones": lambda result, inputs: torch.ones_like(result),
    "its input": _input,
    "the mean": lambda result, inputs: result.mean().expand_as(result).clone(),
    "an empty tensor": lambda result, inputs: result.new_empty(0),
    "NaN": lambda result, inputs: torch.full_like(result, torch.nan),
    "a bfloat16 copy": lambda result, inputs: result.bfloat16().to(result.dtype),
    "one column less": _cropped,
}


def rounded(result: torch.Tensor, inputs: list[torch.Tensor]) -> torch.Tensor:
    """What is right but for rounding, and the same again for the same result."""
    every_other = torch.arange(result.numel()).remainder(2).reshape(result.shape)
    return result * (1 + ROUNDING * torch.finfo(result.dtype).eps * every_other)


def unmasked(session: GradingSession, exercise: Exercise) -> Iterator[str]:
    """What is wrong with the checks: impostors that none of them finds out, and rounding that one takes for wrong."""
    for name in exercise.implement:
        changed, lost = _lost(session, exercise, name, rounded)
        if lost:
            yield f"`{lost}` takes rounding of {ROUNDING:g} units in the last place of `{name}` for wrong"
        if not changed:
            continue  # it gives no tensors of floating-point numbers
        for told, change in IMPOSTORS.items():
            changed, lost = _lost(session, exercise, name, change)
            if changed and not lost:
                yield f"`{name}` may give {told} instead of its result, and no check finds out"


def _lost(session: GradingSession, exercise: Exercise, name: str, change: Change) -> tuple[bool, str]:
    """Whether anything was changed, and the first check that the reference then loses."""
    code = AuthorCode.of(exercise.solution)
    supplied = suppliable(session.course, exercise, code)
    peer = _Impostor(LocalPeer(Supplier(supplied)), name, change)
    peer.ask(loading(exercise, code, supplied))
    submission = Submission(lambda seen: None)
    for item in session.items[exercise.id]:
        if not item.measures and session.run_check(item, submission, peer) is not None:
            return peer.changed, item.check.name
    return peer.changed, ""


class _Impostor:
    """A peer whose answers about one function, or about objects of one class, are changed."""

    def __init__(self, peer: LocalPeer, name: str, change: Change) -> None:
        self.peer, self.name, self.change = peer, name, change
        self.made: set[int] = set()
        self.changed = False

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        reply = self.peer.ask(request)
        if request["op"] != "call" or not reply["ok"]:
            return reply
        if request["target"] == self.name:
            if isinstance(reply["value"], wire.Handle):
                self.made.add(reply["value"].id)
                return reply
        elif request["target"] not in self.made or request.get("path"):
            return reply
        return reply | {"value": self._changed(reply["value"], request)}

    def _changed(self, value: Any, request: Mapping[str, Any]) -> Any:
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            inputs = [each for each in wire.tensors_in(request["args"]) if each.is_floating_point()]
            with torch.no_grad():
                changed = self.change(value.detach(), inputs)
            self.changed |= not torch.equal(changed, value.detach()) if changed.shape == value.shape else True
            return changed.requires_grad_(value.requires_grad)
        if isinstance(value, (list, tuple)):
            return type(value)(self._changed(each, request) for each in value)
        return value

    def forget(self, kind: str, id: int) -> None:
        self.peer.forget(kind, id)
