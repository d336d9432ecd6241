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
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from autograder.exercise import Exercise, also_loses, misconception_of
from autograder.grading.code import AuthorCode, loading, suppliable, watch
from autograder.grading.handles import Submission
from autograder.grading.local import LocalPeer
from autograder.grading.session import CheckItem, GradingSession
from autograder.grading.supplier import Supplier
from autograder.sandbox import wire


@dataclass(frozen=True)
class Behaviour:
    """What a chaff does in one check that it does not pass."""

    misconception: str
    transcript: list[Any]


@dataclass
class _Chaff:
    """A wrong solution: the check that it was made for, and the kinds of check that it may lose."""

    check: str
    misconception: str
    code: AuthorCode
    kinds: set[str]
    supplied: dict[str, Exercise] | None = None  # until it is first run


def _chaff(path: Path, kinds: Mapping[str, str]) -> _Chaff:
    """`kinds` are those of the exercise's checks, by name."""
    code, check = AuthorCode.of(path), path.parent.name
    return _Chaff(check, misconception_of(path), code, {kinds.get(check, ""), *also_loses(code.text)})


class Diagnosis:
    """Learns what an exercise's chaffs do in a check when somebody fails it first.

    The chaffs that were made for the check come first, and where one of them explains the failure no other
    chaff is run. Of the others, those that may lose a check of its kind are: `validate` proves that no chaff
    loses one of another kind.
    """

    def __init__(self, session: GradingSession) -> None:
        self.session = session
        self.known: dict[tuple[str, str, bool], list[Behaviour]] = {}
        self.chaffs: dict[str, list[_Chaff]] = {}

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
                known = self._behaviours(item, made_for_it)
                alike = {each.misconception for each in known if same(view(each.transcript), seen)}
                if alike:
                    return alike
        return set()

    def _behaviours(self, item: CheckItem, made_for_it: bool) -> list[Behaviour]:
        key = item.exercise.id, item.check.name, made_for_it
        if key not in self.known:
            self.known[key] = [
                Behaviour(chaff.misconception, transcript)
                for chaff in self._chaffs(item.exercise)
                if (chaff.check == item.check.name) == made_for_it
                and item.check.kind in chaff.kinds
                and (transcript := self._transcript(item, chaff)) is not None
            ]
        return self.known[key]

    def _chaffs(self, exercise: Exercise) -> list[_Chaff]:
        if exercise.id not in self.chaffs:
            kinds = {item.check.name: item.check.kind for item in self.session.items[exercise.id]}
            self.chaffs[exercise.id] = [_chaff(path, kinds) for path in exercise.chaffs]
        return self.chaffs[exercise.id]

    def _transcript(self, item: CheckItem, chaff: _Chaff) -> list[Any] | None:
        """What the chaff does in the check; None if it passes."""
        if chaff.supplied is None:
            chaff.supplied = suppliable(self.session.course, item.exercise, chaff.code)
        peer = LocalPeer(Supplier(chaff.supplied))
        submission = Submission(partial(watch, item.exercise, chaff.code, chaff.supplied))
        loaded = peer.ask(loading(item.exercise, chaff.code, chaff.supplied))
        if not loaded["ok"]:
            submission.failed_to_load(loaded["error"])
        elif self.session.run_check(item, submission, peer) is None:
            return None
        return submission.transcript


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
