"""The result of a step as the old Classroom actions wrote it, for their reporter: base64 of JSON.

That reporter has two displays. The table multiplies the share of tests that passed by the maximum, the
notice adds up their scores. So that both come to the same, every test here is worth the same: a step of
points of its exercise. A score between two steps is rounded down.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from autograder.results import ExerciseResult, SubmissionResult, tidy

VERSION = 1
STEPS = (1.0, 0.5, 0.25, 0.2, 0.1, 0.05, 0.025)
MAX_TESTS = 1000  # the reporter gets the result in an environment variable, of which Linux takes 128 KiB
_DUST = 1e-6


def result(submission: SubmissionResult) -> str:
    """The value of the step's output `result`.

    If something could not be graded, there are no points at all, and the status is `error`.
    """
    graded = [each for each in submission.exercises if each.score is not None]
    broken = len(graded) < len(submission.exercises)
    step = _step(graded)
    tests = [test for each in graded for test in _tests(each, step)] if not broken else _broken(submission)
    passed = all(test["status"] == "pass" for test in tests)
    told = {
        "version": VERSION,
        "status": "error" if broken else "pass" if passed else "fail",
        "max_score": 0 if broken else tidy(step * len(tests)),
        "tests": tests,
    }
    return base64.b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()


def _step(graded: Sequence[ExerciseResult]) -> float:
    """The largest step that loses nothing, or else the finest that there is room for."""
    numbers = [number for each in graded for number in (each.score or 0.0, each.points)]
    total = sum(each.points for each in graded)
    possible = [step for step in STEPS if total / step <= MAX_TESTS] or [total / MAX_TESTS]
    exact = (step for step in possible if all(abs(n / step - round(n / step)) < _DUST for n in numbers))
    return next(exact, possible[-1])


def _tests(exercise: ExerciseResult, step: float) -> list[dict[str, Any]]:
    count, passed = (int(number / step + _DUST) for number in (exercise.points, exercise.score or 0.0))
    return [_test(f"{exercise.id} {n}/{count}", "pass" if n <= passed else "fail", step) for n in range(1, count + 1)]


def _broken(submission: SubmissionResult) -> list[dict[str, Any]]:
    return [_test(each.id, "error", 0.0) for each in submission.exercises if each.score is None]


def _test(name: str, status: str, points: float) -> dict[str, Any]:
    return {
        "name": name, "status": status, "score": points if status == "pass" else 0, "message": "", "test_code": "",
        "filename": "", "line_no": 0, "duration": 0,
    }  # fmt: skip
