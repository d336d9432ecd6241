"""The record of a run: what results.json and grades.csv hold (CONTRACT.md section 6)."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from autograder.errors import MachineryError

SCHEMA_VERSION = 1

Kind = Literal[
    "interface", "shape", "value", "gradient", "dtype", "purity", "restriction", "training", "accuracy", "device"
]
CheckStatus = Literal["passed", "failed", "raised", "timeout", "crashed", "blocked", "skipped"]
ExerciseStatus = Literal["graded", "missing", "rejected", "ungraded"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found. `id` is `<exercise>/<check>`; `message` is fit for the student to read.

    Where an instructor's score stands in place of the grader's, `auto_score` is the grader's. `extra_credit` is
    what an instructor gave on top of `score`.
    """

    id: str
    kind: Kind
    title: str
    status: CheckStatus
    score: float
    points: float
    message: str = ""
    misconception: str | None = None
    hint: str = ""
    auto_score: float | None = None
    extra_credit: float = 0.0


@dataclass(frozen=True, slots=True)
class ExerciseResult:
    """One student's result in one exercise.

    `manual_score` is what an instructor gave beside the checks, where there are none to hang it on. The points of
    an exercise with `extra_credit` count for a student's score, and not for the points that are to be had.
    """

    id: str
    status: ExerciseStatus
    score: float | None
    points: float
    message: str = ""
    follow_through: tuple[str, ...] = ()
    digest: str = ""
    seconds: float = 0.0
    checks: tuple[CheckResult, ...] = ()
    manual_score: float | None = None
    comment: str = ""  # an instructor's
    extra_credit: bool = False

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> ExerciseResult:
        checks = tuple(_shared(**check) for check in raw["checks"])
        return cls(**{**raw, "follow_through": tuple(raw["follow_through"]), "checks": checks})


@lru_cache(4096)
def _shared(**fields: Any) -> CheckResult:
    """The same object for the same result: most of a large class passes the same checks."""
    return CheckResult(**fields)


@dataclass(frozen=True)
class Isolation:
    """How student code was confined: the level, the layers that held, and why others are missing."""

    level: str
    layers: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"level": self.level, "layers": list(self.layers), "missing": sorted(self.missing)}


@dataclass(frozen=True)
class Late:
    """What the late policy makes of one submission. Times are ISO 8601, `submitted` is None where nobody knows.

    It came `seconds` after `due`, an extension included, and `factor` of each exercise's score is left.
    """

    due: str
    submitted: str | None
    seconds: float
    factor: float

    def penalty(self, result: ExerciseResult) -> float:
        """The points that an exercise loses."""
        return tidy(max(0.0, result.score or 0.0) * (1 - self.factor))


@dataclass(frozen=True)
class SubmissionResult:
    """One student's results in all exercises; `late` is there if the course has a late policy."""

    student: str
    exercises: tuple[ExerciseResult, ...]
    late: Late | None = None

    @property
    def score(self) -> float:
        """What counts: the scores of the exercises, less the penalty."""
        return tidy(self.raw_score - self.penalty)

    @property
    def raw_score(self) -> float:
        return tidy(sum(exercise.score or 0.0 for exercise in self.exercises))

    @property
    def penalty(self) -> float:
        return tidy(sum(self.late.penalty(exercise) for exercise in self.exercises)) if self.late else 0.0

    @property
    def is_held(self) -> bool:
        """Whether some of it has no score: what the rest adds up to is no total, and too low."""
        return any(exercise.score is None for exercise in self.exercises)

    @property
    def points(self) -> float:
        return tidy(sum(exercise.points for exercise in self.exercises if not exercise.extra_credit))

    def to_json(self) -> dict[str, Any]:
        late = {"late": {**asdict(self.late), "penalty": self.penalty}} if self.late else {}
        return {
            "student": self.student,
            "score": self.score,
            "points": self.points,
            **late,
            "exercises": [to_json(exercise) for exercise in self.exercises],
        }


@dataclass(frozen=True)
class Record:
    """Everything that a run found."""

    course: str
    device: str
    isolation: Isolation
    exercises: tuple[tuple[str, str, float], ...]  # id, title, points
    submissions: tuple[SubmissionResult, ...]
    extra_credit: frozenset[str] = frozenset()  # the exercises whose points are not among those to be had

    def to_json(self) -> dict[str, Any]:
        return self._head() | {"submissions": [each.to_json() for each in self.submissions]}

    def json(self) -> Iterator[str]:
        """The text of `to_json`, indented, in pieces of one submission each."""
        whole = json.dumps(self._head() | {"submissions": []}, **_LAYOUT)
        start, between = whole.removesuffix("[]\n}"), "["
        yield start
        for each in self.submissions:
            yield f"{between}\n{json.dumps(each.to_json(), **_LAYOUT)}".replace("\n", "\n    ")
            between = ","
        yield "\n  ]\n}\n" if self.submissions else "[]\n}\n"

    def _head(self) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "course": self.course,
            "device": self.device,
            "isolation": self.isolation.to_json(),
            "exercises": [
                {"id": id, "title": title, "points": points}
                | ({"extra_credit": True} if id in self.extra_credit else {})
                for id, title, points in self.exercises
            ],
        }


_LAYOUT: Mapping[str, Any] = {"indent": 2, "ensure_ascii": False}

# Keys that are there only where they say something: an instructor's word, or an extra exercise.
_SILENT: Mapping[str, Any] = {"manual_score": None, "comment": "", "auto_score": None, "extra_credit": 0}


def to_json(result: ExerciseResult) -> dict[str, Any]:
    checks = [_spoken(asdict(check)) for check in result.checks]
    return _spoken(asdict(replace(result, checks=()))) | {"checks": checks}


def _spoken(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in _SILENT or value != _SILENT[key]}


def tidy(score: float) -> float:
    """A sum of points without the dust of binary fractions."""
    return round(score, 6) + 0.0


def spreadsheet_safe(text: str) -> str:
    """A cell that a spreadsheet shows as text and never runs as a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def grades_csv(record: Record) -> str:
    """`student,<exercise id>...,total,out_of`; a cell is empty where there is no score."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["student", *(id for id, _, _ in record.exercises), "total", "out_of"])
    for each in record.submissions:
        scores = ["" if exercise.score is None else _number(exercise.score) for exercise in each.exercises]
        total = "" if each.is_held else _number(each.score)
        rows.writerow([spreadsheet_safe(each.student), *scores, total, _number(each.points)])
    return out.getvalue()


def _number(value: float) -> str:
    assert math.isfinite(value)
    return f"{value:.6f}".rstrip("0").rstrip(".")


def write_record(record: Record, out: Path) -> None:
    """Write results.json and grades.csv into `out`, each whole or not at all."""
    write_whole(out / "results.json", record.json())
    write_whole(out / "grades.csv", grades_csv(record))


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """Write a file, whole or piece by piece, so that a reader, or a power cut, finds the old one or the new one."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.writelines([text] if isinstance(text, str) else text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            with suppress(FileNotFoundError):  # it is in its place already
                os.unlink(temporary)
            raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Says which file could not be written: the system names none where the disk is full. Raises `MachineryError`."""
    try:
        yield
    except OSError as error:
        raise MachineryError("file-not-written", path=path, reason=error.strerror or error) from error


def points_of(checks: Iterable[CheckResult]) -> tuple[float, float]:
    """Score and points of an exercise: what was skipped leaves the total, and is never given."""
    counted = [check for check in checks if check.status != "skipped"]
    return tidy(sum(check.score for check in counted)), tidy(sum(check.points for check in counted))
