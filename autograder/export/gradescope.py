"""Gradescope's `results.json`, one for each student."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.language import _
from autograder.results import CheckResult, ExerciseResult, Record, SubmissionResult, tidy, write_whole
from autograder.submission import folder_names

FILE = "results.json"


def write_gradescope(record: Record, to: Path, visibility: str) -> int:
    """Write `<student>/results.json` below `to`; how many. Students see each test as `visibility` says."""
    folders = folder_names(each.student for each in record.submissions)
    for each in record.submissions:
        text = json.dumps(results_of(record, each, visibility), indent=2, ensure_ascii=False) + "\n"
        write_whole(to / folders[each.student] / FILE, text)
    return len(folders)


def results_of(record: Record, submission: SubmissionResult, visibility: str) -> dict[str, Any]:
    """What Gradescope is told of one student.

    A test that has no score yet is hidden, and then Gradescope shows no total either: it would be too low.
    """
    titles = {id: title for id, title, _points in record.exercises}
    tests = []
    for number, result in enumerate(submission.exercises, 1):
        for place, test in enumerate(_tests(result, titles.get(result.id, result.id)), 1):
            shown = "hidden" if result.score is None else visibility
            tests.append({**test, "number": f"{number}.{place}", "visibility": shown, "output_format": "text"})
    late = submission.late
    output = ""
    if late is not None and submission.penalty:
        text = _("{penalty:g} points are taken off for being late (due {due}, handed in {submitted}).")
        output = text.format(penalty=submission.penalty, due=late.due, submitted=late.submitted)
    return {
        "score": submission.score,
        "execution_time": tidy(sum(result.seconds for result in submission.exercises)),
        "output": output,
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {"course": record.course, "student": submission.student, "points": submission.points},
    }


def _tests(result: ExerciseResult, title: str) -> Iterator[dict[str, Any]]:
    most = 0.0 if result.extra_credit else result.points
    if not result.checks:
        named = {
            "missing": _("{title}: not handed in"), "rejected": _("{title}: not readable"),
            "ungraded": _("{title}: not graded yet"),
        }.get(result.status, "{title}")  # fmt: skip
        yield {
            "name": named.format(title=title), "score": result.score or 0.0, "max_score": most,
            "status": "failed", "output": "\n\n".join(filter(None, [result.message, result.comment])),
            "tags": [result.id], "extra_data": {"exercise": result.id, "status": result.status},
        }  # fmt: skip
        return
    for check in result.checks:
        yield _test(check, title, result.extra_credit)
    beside = [result.comment] if result.comment else []
    if beside or result.manual_score is not None:
        yield {
            "name": _("{title}: your instructor").format(title=title), "score": result.manual_score or 0.0,
            "max_score": 0.0, "output": "\n".join(beside), "tags": [result.id], "extra_data": {"exercise": result.id},
        }  # fmt: skip


def _test(check: CheckResult, title: str, is_extra: bool) -> dict[str, Any]:
    output = [check.message] if check.message else []
    if check.hint:
        output.append(_("Hint: {hint}").format(hint=check.hint))
    counts = not is_extra and check.status != "skipped"
    found = {
        "name": f"{title}: {check.title}", "score": tidy(check.score + check.extra_credit),
        "max_score": check.points if counts else 0.0, "output": "\n".join(output), "tags": [check.kind],
        "extra_data": {"check": check.id, "status": check.status, "misconception": check.misconception},
    }  # fmt: skip
    if check.status != "skipped":  # neither one nor the other
        found["status"] = "passed" if check.status == "passed" else "failed"
    return found
