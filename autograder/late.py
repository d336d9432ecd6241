"""The late policy of a course: what course.yaml says of it, and what it makes of a submission."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from autograder import keys
from autograder.errors import CourseError
from autograder.results import Late

DAY = timedelta(days=1)
_KEYS = tuple(each.name for each in keys.LATE)

Line = Callable[[Path, str], int | None]


@dataclass(frozen=True)
class LatePolicy:
    """Each day that begins after `due` costs `per_day` of the score, down to `floor` of it.

    Whoever is late by no more than `grace` loses nothing. A student in `extensions` has another due time. If
    `trusts_files`, the time of a file's last change counts where nothing better is known.
    """

    due: datetime
    grace: timedelta = timedelta()
    per_day: float = 0.0
    floor: float = 0.0
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    trusts_files: bool = False

    def judge(self, student: str, submitted: datetime | None) -> Late:
        """What is left of the score of a student's work; all of it if nobody knows when it came."""
        due = self.extensions.get(student, self.due)
        late = max(timedelta(), submitted - due) if submitted else timedelta()
        days = math.ceil(late / DAY) if late > self.grace else 0
        factor = max(self.floor, round(1 - self.per_day * days, 6)) if days else 1.0
        when = submitted.isoformat() if submitted else None
        return Late(due.isoformat(), when, round(late.total_seconds(), 3), factor)


def read_policy(path: Path, raw: Mapping[str, Any], line: Line) -> LatePolicy:
    """The policy under `late` in course.yaml; `line` finds the line of a key. Raises `CourseError`."""

    def wrong(key: str, code: str, **fields: object) -> CourseError:
        return CourseError(path, line(path, key), code, **{"key": f"late.{key}", **fields})

    def number(key: str, most: float) -> float:
        value = raw.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
            raise wrong(key, "out-of-range", value=value, range=f"0 <= {key} <= {most:g}")
        return float(value)

    def moment(key: str, value: Any) -> datetime:
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise wrong(key, "time-without-offset", value=value)
        return value

    for key in raw:
        if key not in _KEYS:
            known = ", ".join(f"`{each}`" for each in _KEYS)
            raise wrong(str(key), "key-unknown", known=known)
    if "due" not in raw:
        raise CourseError(path, line(path, "late"), "key-missing", key="late.due")
    due = moment("due", raw["due"])
    extensions = raw.get("extensions", {})
    if not isinstance(extensions, dict):
        raise wrong("extensions", "wrong-type", type=type(extensions).__name__, expected="`{student: time}`")
    for student, until in extensions.items():
        if not isinstance(student, str):
            raise wrong("extensions", "wrong-type", type=type(student).__name__, expected=f"`'{student}'`")
        if moment(student, until) <= due:
            raise wrong(student, "late-no-extension")
    if raw.get("timestamps", "mtime") != "mtime":
        raise wrong("timestamps", "not-a-choice", value=raw["timestamps"], known="`mtime`")
    return LatePolicy(
        due, timedelta(minutes=number("grace_minutes", 60 * 24 * 365)), number("per_day", 1), number("floor", 1),
        extensions, "timestamps" in raw,
    )  # fmt: skip
