"""Mistakes of a class: those with a name, ranked, and those without, grouped by what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.results import CheckResult, ExerciseResult, Record, tidy

LOST = frozenset({"failed", "raised", "timeout", "crashed"})

_PLACE = re.compile(  # in any language
    r" at [^`\n]{1,200}?, line \d+(?:: `[^\n]*?`(?=:|$))?|，在 [^`\n]{1,200}?第 \d+ 行(?:：`[^\n]*?`(?=：|$))?"
)
_NUMBER = re.compile(r"\d+(?:[\d_.,]*\d)?(?:e[+-]?\d+)?")
_COMPARED = 2000  # characters of a message
_UNWRITTEN = re.compile(r"\bNotImplementedError\b")


@dataclass(frozen=True)
class Idea:
    """A misconception: who has it, and what it cost them."""

    exercise: str
    id: str
    hint: str
    students: tuple[str, ...]
    points: float


@dataclass(frozen=True)
class Cluster:
    """Students whose submissions lose the same checks in the same way, and nothing says why."""

    exercise: str
    checks: tuple[str, ...]
    message: str  # of the first check, as one of them got it
    students: tuple[str, ...]


def ideas(record: Record) -> list[Idea]:
    """The misconceptions of a class, the most frequent first; each student is counted once."""
    students: dict[tuple[str, str], set[str]] = {}
    lost: dict[tuple[str, str], float] = {}
    hints: dict[tuple[str, str], str] = {}
    for student, result, check in _lost(record):
        if check.misconception is not None:
            key = result.id, check.misconception
            students.setdefault(key, set()).add(student)
            lost[key] = lost.get(key, 0.0) + check.points - check.score
            hints.setdefault(key, check.hint)
    found = [Idea(*key, hints[key], tuple(sorted(who)), tidy(lost[key])) for key, who in students.items()]
    return sorted(found, key=lambda idea: (-len(idea.students), -idea.points, idea.exercise, idea.id))


def clusters(record: Record) -> list[Cluster]:
    """Unexplained mistakes, the most frequent first. What is still to be written is no mistake."""
    found: dict[tuple[str, ...], list[tuple[str, list[CheckResult]]]] = {}
    for each in record.submissions:
        for result in each.exercises:
            checks = unexplained(result.checks)
            if checks:
                key = (result.id, *(f"{check.id} {check.status} {masked(check.message)}" for check in checks))
                found.setdefault(key, []).append((each.student, checks))
    groups = [
        Cluster(
            exercise=key[0],
            checks=tuple(check.id.partition("/")[2] for check in members[0][1]),
            message=members[0][1][0].message,
            students=tuple(student for student, _ in members),
        )
        for key, members in found.items()
    ]
    order = {id: number for number, (id, _, _) in enumerate(record.exercises)}
    return sorted(
        groups, key=lambda each: (-len(each.students), order.get(each.exercise, 0), each.checks, each.message)
    )


def unexplained(checks: Iterable[CheckResult]) -> list[CheckResult]:
    """The checks that are lost, for which no misconception accounts, to code that has been written."""
    return [
        check
        for check in checks
        if check.status in LOST and check.misconception is None and not _UNWRITTEN.search(check.message)
    ]


def unfinished(record: Record) -> int:
    """How many students have left something as the stub had it."""
    return len({student for student, _, check in _lost(record) if _UNWRITTEN.search(check.message)})


def masked(message: str) -> str:
    """A message without what differs between students who make the same mistake: places, their code, numbers."""
    return _NUMBER.sub("#", _PLACE.sub("", message[:_COMPARED]))


def _lost(record: Record) -> Iterable[tuple[str, ExerciseResult, CheckResult]]:
    for each in record.submissions:
        for result in each.exercises:
            for check in result.checks:
                if check.status in LOST:
                    yield each.student, result, check
