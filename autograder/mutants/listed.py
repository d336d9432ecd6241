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
        mark = getattr(error, "problem_mark", None)
        raise CourseError(
            path, mark.line + 1 if mark else None, getattr(error, "problem", None) or "not YAML"
        ) from None
    if not isinstance(raw, list):
        raise CourseError(path, 1, "expected a list of mutants")
    entries = [_entry(path, number, each) for number, each in enumerate(raw, 1)]
    return {("".join(entry.before.split()), "".join(entry.after.split())): entry for entry in entries}


def _entry(path: Path, number: int, raw: object) -> Entry:
    if not isinstance(raw, dict) or {*raw} != {*KEYS} or not all(isinstance(each, str) for each in raw.values()):
        raise CourseError(path, None, f"entry {number} must have the texts {', '.join(f'`{key}`' for key in KEYS)}")
    if not raw["reason"].strip():
        raise CourseError(path, None, f"entry {number} gives no reason")
    return Entry(**raw)
