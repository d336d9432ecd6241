"""How much of a check's tolerance right solutions use, and by how much wrong ones miss it.

Right ones are the wheats, and the reference computed in float64 and rounded to what it returns. Wrong ones are
the chaffs that the check is to catch, and impostors. All of them run in this process: they are the author's.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from autograder.compare import Mismatch, measuring, rounding_bound
from autograder.errors import SubmissionRaised
from autograder.exercise import Exercise
from autograder.grading.code import AuthorCode
from autograder.grading.diagnosis import Diagnosis, same
from autograder.grading.examples import fresh
from autograder.grading.grader import suspect_of
from autograder.grading.local import LocalPeer
from autograder.grading.session import CheckItem, GradingSession
from autograder.language import _
from autograder.mutants.likeness import Run
from autograder.proof.layout import where

IN_FLOAT64 = "solution.py"

Measured = tuple[str, float, str]  # the check, how much of its tolerance, and who with which call


def of_right(session: GradingSession, exercise: Exercise) -> Iterator[Measured]:
    """The largest part of a tolerance that each right solution uses in each check that has one."""
    codes = {where(exercise, path): AuthorCode.of(path) for path in exercise.wheats}
    for name, code in {IN_FLOAT64: AuthorCode.of(exercise.solution), **codes}.items():
        run = Run(session, exercise, code, wrap=_InFloat64 if name == IN_FLOAT64 else None)
        for item in session.items[exercise.id]:
            if item.measures or item.check.kind == "restriction":
                continue
            # What is beyond, and cost nothing, was not a comparison with what is right.
            kept = [each for each in _used(run, item) if each[0] <= 1]
            if kept:
                part, call = max(kept)
                told = _("{file} in float64, {call}") if name == IN_FLOAT64 else "{file}, {call}"
                yield item.check.name, part, told.format(file=name, call=call)


def _used(run: Run, item: CheckItem) -> list[tuple[float, str]]:
    """How much of its tolerance each comparison of a check uses, and after which call."""
    used: list[tuple[float, str]] = []
    with measuring(lambda part: used.append((part, run.submission.last_call))):
        run.transcript(item)
    return used


def provable(session: GradingSession, exercise: Exercise) -> Iterator[tuple[str, float]]:
    """How much of the tolerance of each check of values rounding can take at worst, where that can be proved."""
    wrapped: list[_Farthest] = []

    def wrap(peer: LocalPeer) -> _Farthest:
        wrapped.append(_Farthest(peer))
        return wrapped[-1]

    run = Run(session, exercise, AuthorCode.of(exercise.solution), wrap=wrap)
    for item in session.items[exercise.id]:
        if item.check.kind == "value":
            wrapped[0].has_changed = False
            used = [part for part, _call in _used(run, item)]
            if used and wrapped[0].has_changed:
                yield item.check.name, max(used)


def again(session: GradingSession, exercise: Exercise, names: Sequence[str]) -> Iterator[tuple[str, bool, str | None]]:
    """Of each chaff (a path below the exercise's folder) whether its own check catches it, and what for."""
    diagnose = Diagnosis(session)
    items = {item.check.name: item for item in session.items[exercise.id]}
    for name in names:
        run, item = Run(session, exercise, AuthorCode.of(exercise.folder / name)), items[name.split("/")[1]]
        if not run.reply["ok"]:
            continue  # it fails before it meets an input
        run.transcript(item)
        misconception = suspect = None
        if isinstance(run.error, Mismatch):
            misconception, suspect = run.error.misconception, run.error.suspect
        elif isinstance(run.error, SubmissionRaised):
            suspect = suspect_of(run.error)
        if run.error is not None and misconception is None:
            misconception = diagnose(item, run.submission.transcript) or suspect
        yield name, run.error is not None, misconception


class Chaffs:
    """What the chaffs of an exercise do in this process, in the checks that they lose."""

    def __init__(self, session: GradingSession, exercise: Exercise, lost: Mapping[str, Sequence[str]]) -> None:
        self.exercise, self.lost = exercise, lost
        self.items = {item.check.name: item for item in session.items[exercise.id] if not item.measures}
        self.runs = {name: Run(session, exercise, AuthorCode.of(exercise.folder / name)) for name in lost if lost[name]}
        self.transcripts: dict[tuple[str, str], list[Any]] = {}

    def measured(self) -> Iterator[Measured]:
        """By how much each chaff misses the tolerance of the check that is to catch it, if it is one of numbers."""
        for name, run in self.runs.items():
            check = name.split("/")[1]
            if check not in self.items or check not in self.lost[name]:
                continue
            used: list[float] = []
            with measuring(used.append):
                self._transcript(name, check)
            beyond = max((each for each in used if each > 1), default=None)
            if beyond is not None:
                yield check, beyond, f"{name}, {run.submission.last_call}"

    def indistinct(self, misconception_of: Callable[[str], str]) -> Iterator[str]:
        """Chaffs of two misconceptions that give the same answers in every check."""
        alike: dict[tuple[str, ...], list[str]] = {}
        for name in self.runs:
            alike.setdefault(tuple(each for each in self.lost[name] if each in self.items), []).append(name)
        for checks, names in alike.items():
            for number, one in enumerate(names):
                for other in names[number + 1 :]:
                    if misconception_of(one) != misconception_of(other) and self._are_alike(one, other, checks):
                        told = _(
                            "{one} and {other} cannot be told apart: the same answers in every check, as in {shown}"
                        )
                        yield told.format(one=one, other=other, shown=self._shown(one, checks))

    def _are_alike(self, one: str, other: str, first: Sequence[str]) -> bool:
        """Whether all their answers are the same; those in the checks that they lose are the likeliest to differ."""
        order = [*first, *(name for name in self.items if name not in first)]
        return all(same(self._transcript(one, name), self._transcript(other, name)) for name in order)

    def _shown(self, name: str, checks: Sequence[str]) -> str:
        """The first question of a check that is lost, in words."""
        item = self.items[checks[0]] if checks else next(iter(self.items.values()))
        self.runs[name].transcript(item)
        return self.runs[name].question(item, 0)

    def _transcript(self, name: str, check: str) -> list[Any]:
        """Its answers with the words of its errors, which a diagnosis may go by."""
        if (name, check) not in self.transcripts:
            run = self.runs[name]
            *_answers, passes = run.transcript(self.items[check])
            said = run.submission.transcript if run.reply["ok"] else [sorted(run.reply["error"].items())]
            self.transcripts[name, check] = [*said, passes]
        return self.transcripts[name, check]


class _Changed:
    """Answers something else for some of the results that are single tensors and have no gradient."""

    def __init__(self, peer: LocalPeer) -> None:
        self.peer = peer
        self.has_changed = False

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        reply = self.peer.ask(request)
        plain = request["op"] == "call" and not request.get("grad") and not request.get("path")
        value = reply.get("value")
        if not plain or not isinstance(value, torch.Tensor) or not value.is_floating_point():
            return reply
        with torch.no_grad():
            other = self.instead(request, value.detach())
        if other is None:
            return reply
        self.has_changed = True
        return reply | {"value": other.to(value.dtype).requires_grad_(value.requires_grad)}

    def instead(self, request: Mapping[str, Any], value: torch.Tensor) -> torch.Tensor | None:
        raise NotImplementedError

    def forget(self, kind: str, id: int) -> None:
        self.peer.forget(kind, id)


class _InFloat64(_Changed):
    """Answers what the reference computes in float64, rounded to the dtype that it would have answered in.

    A call that draws random numbers is answered as it was: in float64 it would draw others.
    """

    def instead(self, request: Mapping[str, Any], value: torch.Tensor) -> torch.Tensor | None:
        executor, target = self.peer.executor, request["target"]
        of_module = isinstance(target, int)
        function = copy.deepcopy(executor.objects[target]).double() if of_module else getattr(executor.module, target)
        with torch.random.fork_rng(devices=[]):
            before = torch.get_rng_state()
            exact: torch.Tensor = function(*_double(fresh(request["args"])))
            return exact if torch.equal(before, torch.get_rng_state()) else None


class _Farthest(_Changed):
    """Answers the worst that rounding can make of a sum of products, in some order of summation."""

    def instead(self, request: Mapping[str, Any], value: torch.Tensor) -> torch.Tensor | None:
        args, target = request["args"], request["target"]
        if not isinstance(target, str) or len(args) < 2 or not all(isinstance(each, torch.Tensor) for each in args):
            return None
        function = getattr(self.peer.executor.module, target)
        if not _sums_products(function, args):
            return None
        exact: torch.Tensor = function(*_double(args))
        return exact - exact.sign() * rounding_bound(function, *args)


def _sums_products(function: Callable[..., torch.Tensor], args: Sequence[torch.Tensor]) -> bool:
    """Whether a function is linear in each tensor, by trial."""
    doubles = [each.detach().double() for each in args]
    for place, tensor in enumerate(doubles):
        other = torch.linspace(-1, 2, tensor.numel(), dtype=torch.float64).reshape(tensor.shape)
        one, two, both = (
            function(*(each if place == number else kept for number, kept in enumerate(doubles)))
            for each in (tensor, other, 2 * tensor - 3 * other)
        )
        if not torch.allclose(both, 2 * one - 3 * two, rtol=1e-9, atol=1e-9):
            return False
    return True


def _double(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().double() if value.is_floating_point() else value
    return type(value)(map(_double, value)) if isinstance(value, (list, tuple)) else value
