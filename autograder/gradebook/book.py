"""A record as nbgrader's gradebook holds it, in plain data that go through a pipe.

The course is an assignment, an exercise a notebook, a check a grade cell `<exercise>-<check>`, and the comment
of an exercise hangs on its solution cell `<exercise>-solution`: the ids that the notebooks have which
`autograde release` writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from autograder.language import _
from autograder.results import CheckResult, ExerciseResult, Late, Record, SubmissionResult

FILE = "gradebook.db"


def cell_name(check: str) -> str:
    """The name of the grade cell of the check `<exercise>/<check>`."""
    return check.replace("/", "-", 1)


def solution_name(exercise: str) -> str:
    """The name of the cell that an exercise is solved in."""
    return f"{exercise}-solution"


def book_of(record: Record, submitted: Mapping[str, datetime]) -> dict[str, Any]:
    """What `writer.write` is told of a record, and of when students handed in where no late policy knows it.

    `notebooks` maps each to the points of its cells: what nobody here could get counts 0, as do the points of extra
    exercises. Where no student has any checks, one cell stands for the whole exercise until somebody has.
    """
    notebooks = {}
    for id, _title, points in record.exercises:
        results = [each for submission in record.submissions for each in submission.exercises if each.id == id]
        notebooks[id] = _cells(id, points, results, is_extra=id in record.extra_credit)
    dues = [datetime.fromisoformat(each.late.due) for each in record.submissions if each.late]
    due = min(dues, default=None)  # extensions are later
    return {
        "assignment": record.course,
        "due": due.isoformat() if due else None,
        "notebooks": [
            {"name": id, "solution": solution_name(id), "cells": cells} for id, cells in notebooks.items()
        ],
        "students": [_student(each, submitted.get(each.student), notebooks) for each in record.submissions],
    }  # fmt: skip


def _cells(id: str, points: float, results: Iterable[ExerciseResult], is_extra: bool) -> dict[str, float]:
    cells: dict[str, float] = {}
    for check in (check for result in results for check in result.checks):
        most = 0.0 if is_extra or check.status == "skipped" else check.points
        name = cell_name(check.id)
        cells[name] = max(most, cells.get(name, 0.0))
    return cells or {id: 0.0 if is_extra else points}


def _student(
    submission: SubmissionResult, submitted: datetime | None, notebooks: dict[str, dict[str, float]]
) -> dict[str, Any]:
    late = submission.late
    said = submitted.isoformat() if submitted else None
    return {
        "id": submission.student,
        "due": late.due if late else None,
        "submitted": (late.submitted if late else None) or said,
        "notebooks": {result.id: _notebook(result, late, notebooks[result.id]) for result in submission.exercises},
    }


def _notebook(result: ExerciseResult, late: Late | None, cells: Iterable[str]) -> dict[str, Any]:
    """The grader's own scores; None where it has none, so that a person must give one."""
    found = {cell_name(check.id): check for check in result.checks}
    return {
        "scores": {name: _score(found.get(name), result) for name in cells},
        "comment": comment_of(result),
        "penalty": late.penalty(result) if late else 0.0,
    }


def _score(check: CheckResult | None, result: ExerciseResult) -> float | None:
    if check is None:
        return None if result.status == "ungraded" else 0.0
    return check.score if check.auto_score is None else check.auto_score


def comment_of(result: ExerciseResult) -> str:
    """What the grader has to say to the student, in paragraphs; nothing if all is well."""
    if result.status == "ungraded":
        return _("This could not be graded through no fault of yours. Staff have been told.")
    said = [result.message] if result.message else []
    for check in result.checks:
        if check.status in ("passed", "blocked", "skipped"):
            continue
        said.append(f"{check.title} (0/{check.points:g})\n{check.message or check.status}")
        if check.hint:
            said[-1] += "\n" + _("Hint: {hint}").format(hint=check.hint)
    return "\n\n".join(said)
