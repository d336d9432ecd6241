"""equivalent.yaml: mutants that lose no mark and need not, each with the reason why.

    - before: return correlate(X, K.flip(0, 1))
      after: return correlate(X, K.flip(1, 0))
      reason: flip takes its axes in any order

The lines are those of the report; spaces and line ends in them do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from autograder.errors import CourseError
from autograder.exercise import Exercise

FILE = "equivalent.yaml"
KEYS = ("before", "after", "reason")


@dataclass(frozen=True)
class Entry:
    """One mutant that the author has looked at."""

    before: str
    after: str
    reason: str


Listed = Mapping[tuple[str, str], Entry]


def read(exercise: Exercise) -> Listed:
    """The entries by their `Mutant.key`; none if there is no such file."""
    path = exercise.folder / FILE
    if not path.is_file():
        return {}
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark, reason = getattr(error, "problem_mark", None), getattr(error, "problem", None) or error
        raise CourseError(path, mark.line + 1 if mark else None, "not-yaml", reason=reason) from None
    if not isinstance(raw, list):
        raise CourseError(path, 1, "not-a-list")
    entries = [_entry(path, each) for each in raw]
    return {("".join(entry.before.split()), "".join(entry.after.split())): entry for entry in entries}


def _entry(path: Path, raw: object) -> Entry:
    if isinstance(raw, dict) and {*raw} == {*KEYS} and all(isinstance(each, str) for each in raw.values()):
        entry = Entry(**raw)
        if entry.reason.strip():
            return entry
    raise CourseError(path, None, "entry-keys", keys=", ".join(KEYS))
