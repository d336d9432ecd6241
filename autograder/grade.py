"""`autograde grade`: what was handed in goes to the engine, results go to files and to the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import terminal
from autograder.device import choose
from autograder.engine import Work, grade_class
from autograder.exercise import Course, Exercise
from autograder.pictures import Picture
from autograder.report.pictures import keep_pictures
from autograder.report.sources import keep_sources
from autograder.results import ExerciseResult, Record, SubmissionResult, write_record, write_whole
from autograder.sandbox.isolation import require
from autograder.sandbox.warm import WarmProcess
from autograder.submission import Rejected, Source, Submission


@dataclass(frozen=True)
class Wishes:
    """What the command line asked for."""

    out: Path
    jobs: int
    device: str
    require_isolation: str
    fresh: bool


def grade_submissions(
    course: Course, exercises: Sequence[Exercise], submissions: Sequence[Submission], warm: WarmProcess, wishes: Wishes
) -> Record:
    """Grade and write the files of `wishes.out`. Raises `IsolationError` below the level that is required."""
    wishes.out.mkdir(parents=True, exist_ok=True)
    isolation = require(warm, wishes.require_isolation, private=[course.root / "reference", wishes.out])
    device, isolation = choose(wishes.device, warm, isolation, wishes.require_isolation)
    terminal.say_isolation(isolation)
    keep_sources(wishes.out, submissions)
    work = [Work(each.student, _sources(each), each.notes) for each in submissions]
    found: dict[str, dict[str, ExerciseResult]] = {each.student: {} for each in work}
    pictures: dict[str, dict[str, tuple[str, list[Picture]]]] = {each.student: {} for each in work}
    with terminal.progress(len(work) * len(exercises)) as advance:

        def report(student: str, result: ExerciseResult, output: str) -> None:
            found[student][result.id] = result
            if output:
                write_whole(wishes.out / "logs" / student / f"{result.id}.txt", terminal.harmless(output))
            advance(student, result)

        def draw(student: str, result: ExerciseResult, found: list[Picture]) -> None:
            pictures[student][result.id] = result.digest, found

        grade_class(
            course, exercises, work, warm, wishes.out,
            device=device, jobs=wishes.jobs, fresh=wishes.fresh, report=report, draw=draw,
        )  # fmt: skip
    keep_pictures(wishes.out, pictures)
    record = Record(
        course=course.name,
        device=device.type,
        isolation=isolation,
        exercises=tuple((each.id, each.say(each.title), each.points) for each in exercises),
        submissions=tuple(
            SubmissionResult(student, tuple(results[each.id] for each in exercises))
            for student, results in sorted(found.items())
        ),
    )
    write_record(record, wishes.out)
    return record


def _sources(submission: Submission) -> Mapping[str, Source | str]:
    return {id: source.message if isinstance(source, Rejected) else source for id, source in submission.sources.items()}
