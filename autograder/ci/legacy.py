"""The result of a step as the old Classroom actions wrote it, for their reporter: base64 of JSON.

That reporter has two displays. The table multiplies the share of tests that passed by the maximum, the
notice adds up their scores. So that both come to the same, every test here is worth the same: a step of
points of its exercise. A score between two steps is rounded down.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.results import ExerciseResult, SubmissionResult, tidy

VERSION = 1
STEPS = (1.0, 0.5, 0.25, 0.2, 0.125, 0.1, 0.05, 0.025)
MAX_BYTES = 120_000  # the reporter gets the result in an environment variable, of which Linux takes 128 KiB
_DUST = 1e-6


def result(submission: SubmissionResult) -> str:
    """The value of the step's output `result`.

    If something could not be graded, there are no points at all, and the status is `error`.
    """
    graded = [each for each in submission.exercises if each.score is not None]
    if len(graded) < len(submission.exercises):
        return _encoded(
            "error", 0.0, [_test(each.id, "error", 0.0) for each in submission.exercises if each.score is None]
        )
    for step in _steps(graded):
        tests = [test for each in graded for test in _tests(each, step)]
        status = "pass" if all(test["status"] == "pass" for test in tests) else "fail"
        value = _encoded(status, tidy(step * len(tests)), tests)
        if len(value) <= MAX_BYTES:
            break
    return value


def _encoded(status: str, most: float, tests: Sequence[Mapping[str, Any]]) -> str:
    told = {"version": VERSION, "status": status, "max_score": most, "tests": tests}
    return base64.b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()


def _steps(graded: Sequence[ExerciseResult]) -> list[float]:
    """The largest step that loses nothing, if there is one, then the others from the finest on."""
    numbers = [number for each in graded for number in (each.score or 0.0, each.points)]
    exact = [step for step in STEPS if all(abs(n / step - round(n / step)) < _DUST for n in numbers)]
    return [*exact[:1], *reversed(STEPS), max(1.0, min(each.points for each in graded))]


def _tests(exercise: ExerciseResult, step: float) -> list[dict[str, Any]]:
    count, passed = (int(number / step + _DUST) for number in (exercise.points, exercise.score or 0.0))
    return [_test(f"{exercise.id} {n}/{count}", "pass" if n <= passed else "fail", step) for n in range(1, count + 1)]


def _test(name: str, status: str, points: float) -> dict[str, Any]:
    return {
        "name": name, "status": status, "score": points if status == "pass" else 0, "message": "", "test_code": "",
        "filename": "", "line_no": 0, "duration": 0,
    }  # fmt: skip
