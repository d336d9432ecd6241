"""Whether a mutant that lost no mark does the same as its reference: in every check, under many other salts.

Both run in the trusted process, on the same inputs, and all that they return, raise and give as gradients
is compared: not with the tolerance of a check, but to a few of float64's or float32's last digits. Under
every other salt the questions of the checks are altered at random.
"""

from __future__ import annotations

import copy
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import FrameType
from typing import Any

import torch

from autograder.exercise import Exercise
from autograder.grading.code import AuthorCode, loading, suppliable, watch
from autograder.grading.examples import seed_of
from autograder.grading.handles import Submission
from autograder.grading.local import LocalPeer
from autograder.grading.reference import Supplier
from autograder.grading.session import CheckItem, GradingSession
from autograder.mutants.altering import Altering
from autograder.sandbox import wire
from autograder.sandbox.remote import Peer

SALTS = 20
CHECK_SECONDS = 20
TOLERANCE = {torch.float64: 1e-10, torch.float32: 2e-5, torch.float16: 1e-2, torch.bfloat16: 1e-1}


def resalted(session: GradingSession, number: int) -> GradingSession:
    """The session as it would be in a course with another salt."""
    twin = copy.copy(session)
    twin.course = replace(session.course, salt=f"{session.course.salt} {number}")
    twin.examples, twin.batches = {}, {}
    return twin


def different(
    session: GradingSession, exercise: Exercise, codes: Sequence[AuthorCode], *, altered: bool = False
) -> list[int]:
    """The numbers of those codes that differ from the reference in some check, perhaps to `altered` questions."""
    found: set[int] = set()
    reference = _Run(session, exercise, AuthorCode.of(exercise.solution), altered)
    runs = [_Run(session, exercise, code, altered) for code in codes]
    for item in session.items[exercise.id]:
        if item.measures or item.check.kind == "restriction":
            continue  # a training of seconds, whose steps other checks look at; how it is done, not what comes of it
        expected = reference.transcript(item)
        if altered:
            expected = expected[: _contract(expected)]
        for number, run in enumerate(runs):
            if number not in found and not same(run.transcript(item)[: len(expected)], expected):
                found.add(number)
    return sorted(found)


class _Run:
    """One code, loaded in this process."""

    def __init__(self, session: GradingSession, exercise: Exercise, code: AuthorCode, altered: bool) -> None:
        self.session, self.altered = session, altered
        supplied = suppliable(session.course, exercise, code)
        self.peer = LocalPeer(Supplier(supplied))
        self.submission = Submission(partial(watch, exercise, code, supplied))
        self.peer.ask(loading(exercise, code, supplied))

    def transcript(self, item: CheckItem) -> list[Any]:
        """All its answers in a check, and whether it passes."""
        peer: Peer = self.peer
        if self.altered:
            seed = seed_of(self.session.course.salt, item.name)
            peer = Altering(self.peer, seed, lambda entry: self.submission.transcript.append(entry))
        with _alarm(CHECK_SECONDS):
            error = self.session.run_check(item, self.submission, peer)
        return [*map(_bare, self.submission.transcript), ("passes", error is None)]


@contextmanager
def _alarm(seconds: int) -> Iterator[None]:
    """A `TimeoutError` in whatever runs then, which student code's executor takes for the code's own."""

    def ring(signal: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"no answer after {seconds} s")

    before: Callable[..., Any] | int | None = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _bare(entry: Any) -> Any:
    """An entry of a transcript without what is nobody's behaviour: numbers of handles, the words of an error."""
    if isinstance(entry, tuple) and entry and entry[0] == "error":
        return entry[:2]
    return entry


def _contract(answers: Sequence[Any]) -> int:
    """How many answers there are before the first error, with which altered questions have left the contract."""
    return next(number for number, answer in enumerate(answers) if answer[0] in ("error", "passes"))


def same(one: Any, other: Any) -> bool:
    """Whether two transcripts, or things in them, are the same but for the last digits."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        if (one.shape, one.dtype, one.requires_grad) != (other.shape, other.dtype, other.requires_grad):
            return False
        margin = TOLERANCE.get(one.dtype, 0.0)
        return torch.allclose(one.detach(), other.detach(), rtol=margin, atol=margin, equal_nan=True)
    if isinstance(one, wire.Handle) and isinstance(other, wire.Handle):
        return one.type == other.type and same(one.about, other.about)
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, float):
        margin = TOLERANCE[torch.float32]
        return abs(one - other) <= margin * max(1.0, abs(other)) or one == other or (one != one and other != other)
    return bool(one == other)
