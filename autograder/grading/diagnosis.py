"""Which wrong idea is behind a failed check: the chaff that behaves as the student's code does.

Every chaff is a wrong solution that embodies one misconception. When a check fails, its transcript
(what every call in it returned, raised, or gave as a gradient) is compared with what each chaff
does in the same check, on the same inputs. To add a chaff is to add a diagnosis.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import torch

from autograder.exercise import Exercise, misconception_of
from autograder.grading.author import AuthorCode, LocalPeer
from autograder.grading.grader import grade
from autograder.grading.session import GradingSession
from autograder.results import CheckStatus
from autograder.sandbox import wire


@dataclass(frozen=True)
class Behaviour:
    """What a chaff does in one check that it does not pass."""

    misconception: str
    check: str  # the folder: the check that must catch it
    status: CheckStatus
    transcript: list[Any]


class Diagnosis:
    """Learns what the chaffs of an exercise do when the first check of it fails."""

    def __init__(self, session: GradingSession) -> None:
        self.session = session
        self.known: dict[str, dict[str, list[Behaviour]]] = {}

    def __call__(self, exercise: Exercise, check: str, status: CheckStatus, transcript: list[Any]) -> str | None:
        """The misconception whose chaffs alone behave like this, those made for this check first."""
        if self.session.public or status not in ("failed", "raised"):
            return None
        alike = [
            each
            for each in self._behaviours(exercise).get(check, [])
            if each.status == status and _same(each.transcript, transcript)
        ]
        made_for_it = {each.misconception for each in alike if each.check == check}
        candidates = made_for_it or {each.misconception for each in alike}
        return candidates.pop() if len(candidates) == 1 else None

    def _behaviours(self, exercise: Exercise) -> dict[str, list[Behaviour]]:
        if exercise.id not in self.known:
            found = self.known[exercise.id] = {}
            for path in exercise.chaffs:
                code = AuthorCode.of(path)
                graded = grade(
                    self.session, exercise, code, LocalPeer,
                    supplied={id: self._names(id) for id in exercise.imports}, diagnose=lambda *_: None,
                )  # fmt: skip
                for check in graded.checks:
                    name = check.id.partition("/")[2]
                    if name in graded.transcripts and check.status in ("failed", "raised"):
                        behaviour = Behaviour(
                            misconception_of(path), path.parent.name, check.status, graded.transcripts[name]
                        )
                        found.setdefault(name, []).append(behaviour)
        return self.known[exercise.id]

    def _names(self, id: str) -> tuple[str, ...]:
        return next(each.implement for each in self.session.course.exercises if each.id == id)


def _same(one: Any, other: Any) -> bool:
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
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, float):
        alike: bool = math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-4)
        return alike or (math.isnan(one) and math.isnan(other))
    if isinstance(one, str):
        return re.sub(r"\d+", "#", one) == re.sub(r"\d+", "#", other)
    return bool(one == other)


def _outline(about: Any) -> Any:
    """A module's description without its random values."""
    if isinstance(about, torch.Tensor):
        return tuple(about.shape), about.requires_grad
    return {key: _outline(value) for key, value in about.items()} if isinstance(about, dict) else about
