"""Which wrong idea is behind a failed check: the chaff that behaves as the student's code does.

Every chaff is a wrong solution that embodies one misconception. When a check fails, its transcript
(what every call in it returned, raised, or gave as a gradient) is compared with what each chaff
does in the same check, on the same inputs. To add a chaff is to add a diagnosis.

Several misconceptions that explain a failure equally well give none. Further inputs that would tell them
apart are not asked for: of the 872 chaffs of the course's nine exercises, in the 472 checks that they lose and
that do not name the idea themselves, each had exactly one candidate (November 2026).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from autograder.exercise import misconception_of
from autograder.grading.code import AuthorCode, loading, suppliable, watch
from autograder.grading.handles import Submission, Watch
from autograder.grading.local import LocalPeer
from autograder.grading.reference import Supplier
from autograder.grading.session import CheckItem, GradingSession
from autograder.sandbox import wire


@dataclass
class Behaviour:
    """What a chaff does in one check, or how it begins."""

    misconception: str
    transcript: list[Any]
    whole: bool  # all of it is known
    fails: bool


class Diagnosis:
    """Learns what an exercise's chaffs do in a check when somebody fails it first.

    The chaffs that were made for the check come first, and where one of them explains the failure no other
    chaff is run. At first none is run further than to an answer that differs, which for most is their first; once
    somebody else's failure begins like that, it is run to the end.
    """

    def __init__(self, session: GradingSession) -> None:
        self.session = session
        self.known: dict[tuple[str, str, bool], dict[Path, Behaviour]] = {}

    def __call__(self, item: CheckItem, transcript: list[Any]) -> str | None:
        """The misconception whose chaffs alone behave like this, those made for this check first."""
        candidates = self.candidates(item, transcript)
        return candidates.pop() if len(candidates) == 1 else None

    def candidates(self, item: CheckItem, transcript: list[Any]) -> set[str]:
        """The misconceptions whose chaffs behave like this; of the chaffs made for this check if there are any."""
        if self.session.public or _untouched(transcript):
            return set()
        # A module that draws its first weights in another way may still be wrong in the same way.
        for view in (list, _without_state):
            seen = view(transcript)
            for made_for_it in (True, False):
                known = self._behaviours(item, made_for_it, transcript)
                alike = {each.misconception for each in known if each.fails and same(view(each.transcript), seen)}
                if alike:
                    return alike
        return set()

    def _behaviours(self, item: CheckItem, made_for_it: bool, transcript: list[Any]) -> list[Behaviour]:
        """Those of the chaffs that may be like the transcript; what rules them out is known of the others."""
        key = item.exercise.id, item.check.name, made_for_it
        if key not in self.known:
            self.known[key] = {
                path: Behaviour(misconception_of(path), [], whole=False, fails=False)
                for path in item.exercise.chaffs
                if (path.parent.name == item.check.name) == made_for_it
            }
        known = self.known[key]
        for path, each in known.items():
            if not each.whole and _begins_like(each.transcript, transcript):
                known[path] = self._behaviour(item, path, None if each.transcript else transcript)
        return [each for each in known.values() if each.whole]

    def _behaviour(self, item: CheckItem, path: Path, transcript: list[Any] | None) -> Behaviour:
        """What the chaff does in the check, to the end or to the first answer that is not like the transcript's."""
        chaff, misconception = AuthorCode.of(path), misconception_of(path)
        supplied = suppliable(self.session.course, item.exercise, chaff)
        peer = LocalPeer(Supplier(supplied))
        submission = _Compared(partial(watch, item.exercise, chaff, supplied), transcript)
        loaded = peer.ask(loading(item.exercise, chaff, supplied))
        if not loaded["ok"]:
            submission.failed_to_load(loaded["error"])
            return Behaviour(misconception, submission.transcript, whole=True, fails=True)
        try:
            fails = self.session.run_check(item, submission, peer) is not None
        except _Differs:
            return Behaviour(misconception, [*submission.transcript], whole=False, fails=False)
        return Behaviour(misconception, [*submission.transcript], whole=True, fails=fails)


class _Differs(BaseException):
    """No check may take it for an exception of the code's."""


class _Answers(list[Any]):
    """A transcript that must not grow into another than the one that is expected."""

    def __init__(self, expected: list[Any]) -> None:
        super().__init__()
        self.expected = expected

    def append(self, entry: Any) -> None:
        super().append(entry)
        if not _begins_like([entry], self.expected[len(self) - 1 :]):
            raise _Differs


class _Compared(Submission):
    """Ends a check with `_Differs` at the first answer that is not like the one that is expected, if any is."""

    def __init__(self, seen: Watch, expected: list[Any] | None) -> None:
        super().__init__(seen)
        self.expected = expected

    def begin(self, *args: Any, **kwargs: Any) -> None:
        super().begin(*args, **kwargs)
        if self.expected is not None:
            self.transcript = _Answers(self.expected)


def _begins_like(one: list[Any], other: list[Any]) -> bool:
    """Whether the first of two transcripts may be the beginning of the second, however closely one looks."""
    return len(one) <= len(other) and same(_without_state(one), _without_state(other[: len(one)]))


def _untouched(transcript: list[Any]) -> bool:
    """Whether a function was called whose body is still the stub's: no chaff is like that."""
    return any(entry[:3] == ("error", "NotImplementedError", "") for entry in transcript)


def _without_state(transcript: list[Any]) -> list[Any]:
    """A transcript without the values that were fetched, which may be random."""
    return [("fetched", _outline(entry[1])) if entry[0] == "fetched" else entry for entry in transcript]


def same(one: Any, other: Any) -> bool:
    """Whether two transcripts, or two things in them, are the same but for rounding."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        if one.shape != other.shape or one.dtype != other.dtype or one.requires_grad != other.requires_grad:
            return False
        return torch.allclose(one.detach().double(), other.detach().double(), rtol=1e-3, atol=1e-4, equal_nan=True)
    if isinstance(one, wire.Handle) and isinstance(other, wire.Handle):
        return bool(_outline(one.about) == _outline(other.about))
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, float):
        alike: bool = math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-4)
        return alike or (math.isnan(one) and math.isnan(other))
    if isinstance(one, str):
        return re.sub(r"\d+", "#", one) == re.sub(r"\d+", "#", other)
    return bool(one == other)


def _outline(about: Any) -> Any:
    """A module's description without its random values, and without the names that somebody gave its layers."""
    if isinstance(about, dict) and "parameters" in about:
        return [sorted(map(_outline, about[kind].values()), key=repr) for kind in ("parameters", "buffers")]
    if isinstance(about, torch.Tensor):
        return tuple(about.shape), about.requires_grad
    return {key: _outline(value) for key, value in about.items()} if isinstance(about, dict) else about
