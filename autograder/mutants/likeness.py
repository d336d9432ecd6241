"""Whether a mutant that lost no mark does the same as its reference: in every check, under many other salts.

Both run in the trusted process, on the same inputs, and all that they return, raise and give as gradients
is compared: not with the tolerance of a check, but to a few of float64's or float32's last digits. Under
every other salt the questions of the checks are altered at random.
"""

from __future__ import annotations

import copy
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from autograder.grading.session import CheckItem, GradingSession
from autograder.grading.supplier import Supplier
from autograder.mutants.altering import Altering
from autograder.sandbox import wire
from autograder.sandbox.remote import Peer

SALTS = 20
CHECK_SECONDS = 20  # of CPU time: what is slow only where much else runs is no endless loop
WAITING = 10  # times as long on the clock, for what waits without end
TOLERANCE = {torch.float64: 1e-10, torch.float32: 2e-5, torch.float16: 1e-2, torch.bfloat16: 1e-1}


def resalted(session: GradingSession, number: int) -> GradingSession:
    """The session as it would be in a course with another salt."""
    twin = copy.copy(session)
    twin.course = replace(session.course, salt=f"{session.course.salt} {number}")
    twin.examples, twin.batches = {}, {}
    return twin


def different(
    session: GradingSession, exercise: Exercise, codes: Sequence[AuthorCode], *, altered: bool = False
) -> dict[int, str]:
    """The numbers of those codes that differ from the reference in some check, perhaps to `altered` questions.

    Each with the question that shows it, in words.
    """
    found: dict[int, str] = {}
    reference = Run(session, exercise, AuthorCode.of(exercise.solution), altered)
    runs = [Run(session, exercise, code, altered) for code in codes]
    for item in session.items[exercise.id]:
        if item.measures or item.check.kind == "restriction":
            continue  # a training of seconds, whose steps other checks look at; how it is done, not what comes of it
        expected = reference.transcript(item)
        if altered:
            expected = expected[: _contract(expected)]
        for number, run in enumerate(runs):
            if number in found:
                continue
            answers = run.transcript(item)[: len(expected)]
            if not same(answers, expected):
                found[number] = run.question(item, _first_unlike(answers, expected))
    return found


def _first_unlike(one: Sequence[Any], other: Sequence[Any]) -> int:
    """Where two transcripts part."""
    alike = (same(*pair) for pair in zip(one, other, strict=False))
    return next((number for number, each in enumerate(alike) if not each), min(len(one), len(other)))


class _Asked(Submission):
    """Remembers which call each entry of the transcript answers."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.calls: list[str] = []

    def begin(self, *args: Any, **kwargs: Any) -> None:
        super().begin(*args, **kwargs)
        self.calls = []

    def receive(self, reply: Mapping[str, Any]) -> Any:
        self.calls.append(self.last_call)
        return super().receive(reply)


class Run:
    """One code, loaded in this process."""

    def __init__(
        self,
        session: GradingSession,
        exercise: Exercise,
        code: AuthorCode,
        altered: bool = False,
        wrap: Callable[[LocalPeer], Peer] | None = None,
    ) -> None:
        """`wrap` gives a peer that stands between the checks and the code."""
        self.session, self.altered = session, altered
        self.error: Exception | None = None  # what the last check raised
        supplied = suppliable(session.course, exercise, code)
        self.peer = LocalPeer(Supplier(supplied))
        self.between: Peer = wrap(self.peer) if wrap is not None else self.peer
        self.submission = _Asked(partial(watch, exercise, code, supplied))
        self.reply = self.peer.ask(loading(exercise, code, supplied))

    def transcript(self, item: CheckItem) -> list[Any]:
        """All its answers in a check, and whether it passes; what it raised if it could not be loaded."""
        if not self.reply["ok"]:
            return [("error", self.reply["error"]["type"]), ("passes", False)]
        peer = self.between
        if self.altered:
            seed = seed_of(self.session.course.salt, item.name)
            peer = Altering(self.peer, seed, lambda entry: self.submission.transcript.append(entry))
        with _alarm(CHECK_SECONDS):
            self.error = self.session.run_check(item, self.submission, peer)
        return [*map(_bare, self.submission.transcript), ("passes", self.error is None)]

    def question(self, item: CheckItem, number: int) -> str:
        """The call that an entry of the last transcript answers, in words."""
        calls = self.submission.calls
        call = calls[min(number, len(calls) - 1)] if calls else ""
        return f"check `{item.check.name}`{call and f', {call}'}"


@contextmanager
def _alarm(seconds: int) -> Iterator[None]:
    """A `TimeoutError` in whatever runs after these seconds of CPU time, which an executor takes for the code's own."""

    def ring(signal: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"no answer after {seconds} s")

    timers = {signal.SIGPROF: (signal.ITIMER_PROF, 1), signal.SIGALRM: (signal.ITIMER_REAL, WAITING)}
    before: dict[signal.Signals, Any] = {number: signal.signal(number, ring) for number in timers}
    for timer, factor in timers.values():
        signal.setitimer(timer, factor * seconds)
    try:
        yield
    finally:
        for timer, _factor in timers.values():
            signal.setitimer(timer, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


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
