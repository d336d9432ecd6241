"""`result.json` as Classroom 50 reads it, schema `classroom50/result/v1`.

Its points are integers, so that ours are given in thousandths: 7.5 of 10 are 7500 of 10000.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.results import CheckResult, ExerciseResult, SubmissionResult, write_whole
from autograder.submission.repositories import commit_time

FILE = "result.json"
SCHEMA = "classroom50/result/v1"
SCALE = 1000
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def write_result(submission: SubmissionResult, variables: Mapping[str, str], checkout: Path) -> Path:
    """Write `result.json` into the checkout, where the service looks for it."""

    def told(*names: str) -> str:
        for name in names:
            if variables.get(name):
                return variables[name]
        raise UsageError("variable-missing", name=names[0])

    tests = [test for each in submission.exercises for test in _tests(each)]
    result = {
        "schema": SCHEMA,
        "classroom": told("CLASSROOM"),
        "assignment": told("ASSIGNMENT"),
        "assignment_type": variables.get("ASSIGNMENT_TYPE") or variables.get("MODE") or "individual",
        "owner": told("OWNER", "USERNAME", "GITHUB_ACTOR"),
        "submission": told("SUBMISSION_TAG"),
        "commit": told("COMMIT_URL"),
        "release": told("RELEASE_URL"),
        "review": told("REVIEW_URL", "COMMIT_URL"),
        "datetime": commit_time(checkout).strftime(_TIME),
        "graded_at": datetime.now(UTC).strftime(_TIME),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    write_whole(checkout / FILE, json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return checkout / FILE


def _tests(exercise: ExerciseResult) -> list[dict[str, Any]]:
    """A test for each check that counts, or one for an exercise that has none to show."""
    counted = [check for check in exercise.checks if check.status != "skipped"]
    if not counted:
        return [_test(exercise.id, False, 0.0, exercise.points, exercise.message)]
    return [_test(each.id, each.status == "passed", each.score, each.points, _said(each)) for each in counted]


def _test(name: str, passed: bool, score: float, points: float, message: str) -> dict[str, Any]:
    scaled, most = round(score * SCALE), round(points * SCALE)
    return {
        "test-name": name, "passed": passed, "score": min(scaled, most), "max-score": most, "message": message,
    }  # fmt: skip


def _said(check: CheckResult) -> str:
    return f"{check.message} ({check.hint})" if check.hint else check.message
