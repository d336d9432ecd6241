"""The record of a run: what results.json and grades.csv hold (CONTRACT.md section 6)."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

SCHEMA_VERSION = 1

Kind = Literal[
    "interface", "shape", "value", "gradient", "dtype", "purity", "restriction", "training", "accuracy", "device"
]
CheckStatus = Literal["passed", "failed", "raised", "timeout", "crashed", "blocked", "skipped"]
ExerciseStatus = Literal["graded", "missing", "rejected", "ungraded"]


@dataclass(frozen=True)
class CheckResult:
    """What one check found. `id` is `<exercise>/<check>`; `message` is fit for the student to read."""

    id: str
    kind: Kind
    title: str
    status: CheckStatus
    score: float
    points: float
    message: str = ""
    misconception: str | None = None
    hint: str = ""


@dataclass(frozen=True)
class ExerciseResult:
    """One student's result in one exercise."""

    id: str
    status: ExerciseStatus
    score: float | None
    points: float
    message: str = ""
    follow_through: tuple[str, ...] = ()
    digest: str = ""
    seconds: float = 0.0
    checks: tuple[CheckResult, ...] = ()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> ExerciseResult:
        checks = tuple(CheckResult(**check) for check in raw["checks"])
        return cls(**{**raw, "follow_through": tuple(raw["follow_through"]), "checks": checks})


@dataclass(frozen=True)
class Isolation:
    """How student code was confined: the level, the layers that held, and why others are missing."""

    level: str
    layers: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"level": self.level, "layers": list(self.layers), "missing": sorted(self.missing)}


@dataclass(frozen=True)
class SubmissionResult:
    """One student's results in all exercises."""

    student: str
    exercises: tuple[ExerciseResult, ...]

    @property
    def score(self) -> float:
        return tidy(sum(exercise.score or 0.0 for exercise in self.exercises))

    @property
    def points(self) -> float:
        return tidy(sum(exercise.points for exercise in self.exercises))


@dataclass(frozen=True)
class Record:
    """Everything that a run found."""

    course: str
    device: str
    isolation: Isolation
    exercises: tuple[tuple[str, str, float], ...]  # id, title, points
    submissions: tuple[SubmissionResult, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "course": self.course,
            "device": self.device,
            "isolation": self.isolation.to_json(),
            "exercises": [{"id": id, "title": title, "points": points} for id, title, points in self.exercises],
            "submissions": [
                {
                    "student": each.student,
                    "score": each.score,
                    "points": each.points,
                    "exercises": [to_json(exercise) for exercise in each.exercises],
                }
                for each in self.submissions
            ],
        }


def to_json(result: ExerciseResult) -> dict[str, Any]:
    return asdict(result)


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
        rows.writerow([spreadsheet_safe(each.student), *scores, _number(each.score), _number(each.points)])
    return out.getvalue()


def _number(value: float) -> str:
    assert math.isfinite(value)
    return f"{value:.6f}".rstrip("0").rstrip(".")


def write_record(record: Record, out: Path) -> None:
    """Write results.json and grades.csv into `out`, each whole or not at all."""
    write_whole(out / "results.json", json.dumps(record.to_json(), indent=2, ensure_ascii=False) + "\n")
    write_whole(out / "grades.csv", grades_csv(record))


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader, or a power cut, finds the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def points_of(checks: Iterable[CheckResult]) -> tuple[float, float]:
    """Score and points of an exercise: what was skipped leaves the total, and is never given."""
    counted = [check for check in checks if check.status != "skipped"]
    return tidy(sum(check.score for check in counted)), tidy(sum(check.points for check in counted))
