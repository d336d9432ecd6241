"""The checkout graded: by the hidden tests where the private side is at hand, else by the public ones."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.device import choose
from autograder.exercise import Course, Exercise
from autograder.grade import Local, Wishes, grade_submissions
from autograder.grading.session import GradingSession
from autograder.grading.student import StudentGrader, Work
from autograder.report.pictures import FOLDER as PICTURES
from autograder.report.pictures import keep_pictures
from autograder.report.sources import keep_sources, write
from autograder.results import ExerciseResult, Record, SubmissionResult, write_record
from autograder.sandbox.isolation import require
from autograder.sandbox.warm import WarmProcess
from autograder.submission import Submission, folder_names
from autograder.terminal import harmless

LEVEL = "uid"


@dataclass(frozen=True)
class Graded:
    """The record of one submission, and the exercises whose code printed what looks like a workflow command."""

    record: Record
    shouting: tuple[str, ...]


def grade_hidden(
    course: Course, exercises: Sequence[Exercise], submission: Submission, warm: WarmProcess, out: Path, device: str
) -> Graded:
    """Grade with the hidden tests, into the private folder `out`."""
    record = grade_submissions(course, exercises, [submission], Local(warm, 1), Wishes(out, device, LEVEL, fresh=True))
    return Graded(record, _shouting(out, submission.student, exercises))


def grade_public(
    course: Course, exercises: Sequence[Exercise], submission: Submission, warm: WarmProcess, out: Path, wish: str
) -> Graded:
    """Grade with the public tests, each of which counts one point, into the private folder `out`."""
    device, isolation = choose(wish, warm, require(warm, LEVEL, private=[out]), LEVEL)
    results: list[ExerciseResult] = []
    pictures = out / PICTURES / folder_names([submission.student])[submission.student]

    def run(session: GradingSession) -> None:
        warm.ready()
        grader = StudentGrader(session, warm, None)
        for result, _key, printed in grader.grade(Work.of(submission), exercises):
            keep_pictures(pictures, result.id, result.digest, grader.pictures)
            results.append(_counted(result, len(session.items[result.id])))
            if printed:
                write(out / "logs" / submission.student / f"{result.id}.txt", harmless(printed))

    with _set_aside():
        GradingSession(course, exercises, public=True, device=device).run(run)
    keep_sources(out, [submission])
    record = Record(
        course=course.name,
        device=device.type,
        isolation=isolation,
        exercises=tuple(
            (each.id, each.say(each.title), result.points) for each, result in zip(exercises, results, strict=True)
        ),
        submissions=(SubmissionResult(submission.student, tuple(results)),),
    )
    write_record(record, out)
    return Graded(record, _shouting(out, submission.student, exercises))


def _counted(result: ExerciseResult, checks: int) -> ExerciseResult:
    """A result in which each of the public checks, which carry no points, counts one."""
    counted = tuple(
        replace(check, points=1.0, score=1.0 if check.status == "passed" else 0.0) for check in result.checks
    )
    points = sum(check.status != "skipped" for check in counted) if counted else checks
    score = None if result.score is None else sum(check.score for check in counted)
    return replace(result, checks=counted, points=float(points), score=score)


@contextmanager
def _set_aside() -> Iterator[None]:
    """What the public tests print goes nowhere: in a checkout they are as much the student's as the rest."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with tempfile.TemporaryFile() as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for descriptor, number in zip(kept, (1, 2), strict=True):
                os.dup2(descriptor, number)
                os.close(descriptor)


def _shouting(out: Path, student: str, exercises: Sequence[Exercise]) -> tuple[str, ...]:
    """The exercises whose log holds a line that the runner would have obeyed."""
    logs = {each.id: out / "logs" / student / f"{each.id}.txt" for each in exercises}
    return tuple(id for id, path in logs.items() if path.is_file() and _shouts(path.read_text(encoding="utf-8")))


def _shouts(text: str) -> bool:
    return any(line.lstrip().startswith("::") or "##[" in line for line in text.splitlines())
