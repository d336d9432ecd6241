"""What instructors gave in the gradebook: manual scores, extra credit, comments.

They are read with plain SQL, so that they count also where nbgrader is not installed.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.errors import FileError
from autograder.gradebook.book import FILE, cell_name
from autograder.results import CheckResult, ExerciseResult, Record, points_of, tidy

_GRADES = """
    SELECT submission.student_id, notebook.name, base_cell.name, grade.manual_score, grade.extra_credit
    FROM grade
    JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN notebook ON notebook.id = base_cell.notebook_id
    JOIN assignment ON assignment.id = notebook.assignment_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment AS submission ON submission.id = submitted_notebook.assignment_id
    WHERE assignment.name = ? AND (grade.manual_score IS NOT NULL OR grade.extra_credit IS NOT NULL)
"""
_COMMENTS = """
    SELECT submission.student_id, notebook.name, comment.manual_comment
    FROM comment
    JOIN base_cell ON base_cell.id = comment.cell_id
    JOIN notebook ON notebook.id = base_cell.notebook_id
    JOIN assignment ON assignment.id = notebook.assignment_id
    JOIN submitted_notebook ON submitted_notebook.id = comment.notebook_id
    JOIN submitted_assignment AS submission ON submission.id = submitted_notebook.assignment_id
    WHERE assignment.name = ? AND comment.manual_comment IS NOT NULL
    ORDER BY base_cell.name
"""
_SECONDS = 10.0  # to wait for a program that writes


@dataclass
class _Given:
    """What an instructor gave for one student's exercise: by cell, and in words."""

    scores: dict[str, tuple[float | None, float]] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)


def apply_overrides(record: Record, out: Path) -> Record:
    """The record with what the gradebook in `out` says of it now, and nothing of what it said before.

    Raises `FileError` if there is a gradebook that cannot be read.
    """
    given = _read(out / FILE, record.course)
    submissions = tuple(
        replace(
            each,
            exercises=tuple(
                _with(_without(result), given.get((each.student, result.id), _Given())) for result in each.exercises
            ),
        )
        for each in record.submissions
    )
    return replace(record, submissions=submissions)


def check_readable(out: Path) -> None:
    """Raise `FileError` if there is a gradebook in `out` that cannot be read: better before grading than after."""
    _read(out / FILE, "")


def _read(path: Path, course: str) -> Mapping[tuple[str, str], _Given]:
    found: dict[tuple[str, str], _Given] = {}
    if not path.exists():
        return found
    try:
        with closing(sqlite3.connect(path, timeout=_SECONDS)) as connection:
            connection.execute("SELECT version_num FROM alembic_version").fetchall()
            for student, exercise, cell, manual, extra in connection.execute(_GRADES, (course,)):
                for value in (manual, extra):
                    if value is not None and not math.isfinite(value):
                        raise FileError(path, None, "gradebook-score", student=student, cell=cell)
                found.setdefault((student, exercise), _Given()).scores[cell] = (manual, extra or 0.0)
            for student, exercise, comment in connection.execute(_COMMENTS, (course,)):
                if comment.strip():
                    found.setdefault((student, exercise), _Given()).comments.append(comment.strip())
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise FileError(path, None, "database-locked") from None
        raise _unusable(path, error) from None
    except sqlite3.DatabaseError as error:
        raise _unusable(path, error) from None
    return found


def _unusable(path: Path, error: Exception) -> FileError:
    return FileError(path, None, "database-unusable", reason=error)


def _without(result: ExerciseResult) -> ExerciseResult:
    """The result as the grader found it."""
    touched = any(check.auto_score is not None or check.extra_credit for check in result.checks)
    if not touched and result.manual_score is None and not result.comment:
        return result
    checks = tuple(
        replace(check, score=check.score if check.auto_score is None else check.auto_score, auto_score=None,
                extra_credit=0.0)
        for check in result.checks
    )  # fmt: skip
    score = {"graded": points_of(checks)[0], "ungraded": None}.get(result.status, 0.0)
    return replace(result, score=score, checks=checks, manual_score=None, comment="")


def _with(result: ExerciseResult, given: _Given) -> ExerciseResult:
    if not given.scores and not given.comments:
        return result
    cells = {cell_name(check.id): check for check in result.checks}
    checks = tuple(_check(check, *given.scores.get(name, (None, 0.0))) for name, check in cells.items())
    # Cells that no check of this result stands for: it was not handed in, or the check is gone.
    beside = [(manual or 0.0) + extra for name, (manual, extra) in given.scores.items() if name not in cells]
    score = result.score
    if given.scores:
        score = tidy(sum(check.score + check.extra_credit for check in checks) + sum(beside))
    return replace(
        result, checks=checks, score=score, manual_score=tidy(sum(beside)) if beside else None,
        comment="\n\n".join(given.comments),
    )  # fmt: skip


def _check(check: CheckResult, manual: float | None, extra: float) -> CheckResult:
    if manual is None:
        return replace(check, extra_credit=extra)
    return replace(check, score=manual, auto_score=check.score, extra_credit=extra)
