"""Results that must never pass: the reference, but one function gives zeros, its input, a coarse copy and so on.

KernelBench accepted all-zero outputs on 4 of 60 problems because nobody had tried (its issue 165). Here
every impostor is tried on every function and class of every exercise, and some check must find it out.
One more gives what is right but for rounding, and no check may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from autograder.compare import measuring
from autograder.exercise import Exercise
from autograder.grading.code import AuthorCode, loading, suppliable
from autograder.grading.handles import Submission
from autograder.grading.local import LocalPeer
from autograder.grading.session import GradingSession
from autograder.grading.supplier import Supplier
from autograder.language import _
from autograder.sandbox import wire

TESTS = "test_hidden.py"
AS_ROUNDED = "its result, rounded"
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


@dataclass(frozen=True)
class Unmasking:
    """What became of one impostor, or of what is right but for rounding.

    `lost` is the first check that it lost, or "", and `call` the call that showed it; `beyond` is how many times
    the tolerance of that check the difference was, if it was one of numbers.
    """

    function: str
    told: str
    changed: bool  # whether it gave anything else than the reference
    lost: str
    call: str
    beyond: float | None

    @property
    def harmless(self) -> bool:
        """Whether it is what is right but for rounding."""
        return self.told == AS_ROUNDED

    @property
    def named(self) -> str:
        """What it is, for people."""
        given = {"function": self.function, "told": self.told, "call": self.call}
        return _("`{function}` gives {told}, {call}").format(**given)

    @property
    def problem(self) -> str:
        """What is wrong with the checks; empty if nothing is."""
        if self.harmless:
            told = _("{file}: `{check}` takes rounding of {units:g} units in the last place of {call} for wrong")
            given = {"check": self.lost, "units": ROUNDING, "call": self.call}
            return told.format(file=TESTS, **given) if self.lost else ""
        told = _("{file}: `{function}` may give {told} instead of its result, and no check finds out")
        return told.format(file=TESTS, function=self.function, told=self.told) if self.changed and not self.lost else ""


def unmaskings(session: GradingSession, exercise: Exercise) -> Iterator[Unmasking]:
    """Try rounding and every impostor on everything that is to be implemented and gives floating-point tensors."""
    for name in exercise.implement:
        harmless = _unmasking(session, exercise, name, AS_ROUNDED, rounded)
        yield harmless
        if harmless.changed:
            yield from (_unmasking(session, exercise, name, *impostor) for impostor in IMPOSTORS.items())


def _unmasking(session: GradingSession, exercise: Exercise, name: str, told: str, change: Change) -> Unmasking:
    """Run the checks up to the first that is lost."""
    code = AuthorCode.of(exercise.solution)
    supplied = suppliable(session.course, exercise, code)
    peer = _Impostor(LocalPeer(Supplier(supplied)), name, change)
    peer.ask(loading(exercise, code, supplied))
    submission = Submission(lambda seen: None)
    for item in session.items[exercise.id]:
        if item.measures:
            continue
        used: list[float] = []
        with measuring(used.append):
            error = session.run_check(item, submission, peer)
        if error is not None:
            beyond = max((each for each in used if each > 1), default=None)
            return Unmasking(name, told, peer.changed, item.check.name, submission.last_call, beyond)
    return Unmasking(name, told, peer.changed, "", "", None)


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
