"""`autograde grade`: what was handed in goes to the engine, results go to files and to the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import torch

from autograder import terminal
from autograder.device import choose
from autograder.engine import grade_class
from autograder.exercise import Course, Exercise
from autograder.gradebook import apply_overrides
from autograder.grading.student import Work
from autograder.history import keep_earlier
from autograder.language import _, ngettext
from autograder.messages import Draw, Report
from autograder.pictures import Picture
from autograder.report.pictures import FOLDER as PICTURES
from autograder.report.pictures import keep_pictures
from autograder.report.sources import keep_sources, write
from autograder.results import ExerciseResult, Isolation, Late, Record, SubmissionResult, write_record
from autograder.sandbox.isolation import require
from autograder.sandbox.warm import WarmProcess
from autograder.submission import Submission, Unreadable, folder_names, submitted_at


@dataclass(frozen=True)
class Wishes:
    """What the command line asked for."""

    out: Path
    device: str
    require_isolation: str
    fresh: bool


class Engine(Protocol):
    """Where a class is graded: `Local`, or `cluster.engine.Cluster`."""

    @property
    def isolation(self) -> Isolation:
        """How student code is confined at its weakest, once `start` has been called."""

    def start(self, course: Course, exercises: Sequence[Exercise], out: Path, device: str, level: str) -> torch.device:
        """Get ready to grade; the device of the run. Raises `IsolationError` below `level`."""

    def grade(self, work: Sequence[Work], out: Path, *, fresh: bool, report: Report, draw: Draw | None) -> None:
        """Grade what is not known yet; see `engine.grade_class`."""


class Local:
    """Grades on this machine, with so many jobs. `private` is what no worker may see beside the course and results."""

    def __init__(self, warm: WarmProcess, jobs: int, private: Sequence[Path] = ()) -> None:
        self.warm, self.jobs, self.private = warm, jobs, private

    def start(self, course: Course, exercises: Sequence[Exercise], out: Path, device: str, level: str) -> torch.device:
        isolation = require(self.warm, level, private=[course.root / "reference", out, *self.private])
        self.course, self.exercises = course, exercises
        self.device, self._isolation = choose(device, self.warm, isolation, level)
        return self.device

    @property
    def isolation(self) -> Isolation:
        return self._isolation

    def grade(self, work: Sequence[Work], out: Path, *, fresh: bool, report: Report, draw: Draw | None) -> None:
        grade_class(
            self.course, self.exercises, work, self.warm, out,
            device=self.device, jobs=self.jobs, fresh=fresh, report=report, draw=draw,
        )  # fmt: skip


def grade_submissions(
    course: Course,
    exercises: Sequence[Exercise],
    submissions: Sequence[Submission],
    engine: Engine,
    wishes: Wishes,
    held: Mapping[str, str] = MappingProxyType({}),
) -> Record:
    """Grade and write the files of `wishes.out`. Raises `IsolationError` below the level that is required.

    `held` says of further students why nothing of theirs could be had: they are ungraded.
    """
    wishes.out.mkdir(parents=True, exist_ok=True)
    device = engine.start(course, exercises, wishes.out, wishes.device, wishes.require_isolation)
    terminal.say_isolation(engine.isolation)
    late = _late(course, submissions)
    keep_sources(wishes.out, submissions)
    work = [Work.of(each) for each in submissions]
    found: dict[str, dict[str, ExerciseResult]] = {each.student: {} for each in work}
    folders = folder_names([*found, *held])
    with terminal.progress(len(work) * len(exercises)) as advance:

        def report(student: str, result: ExerciseResult, output: str) -> None:
            found[student][result.id] = result
            if output:
                write(wishes.out / "logs" / student / f"{result.id}.txt", terminal.harmless(output))
            advance(student, result)

        for student, reason in held.items():
            found[student] = {
                each.id: ExerciseResult(each.id, "ungraded", None, each.points, reason) for each in exercises
            }

        def draw(student: str, result: ExerciseResult, pictures: list[Picture]) -> None:
            keep_pictures(wishes.out / PICTURES / folders[student], result.id, result.digest, pictures)

        engine.grade(work, wishes.out, fresh=wishes.fresh, report=report, draw=draw)
    record = Record(
        course=course.name,
        device=device.type,
        isolation=engine.isolation,
        exercises=tuple((each.id, each.say(each.title), each.points) for each in exercises),
        submissions=tuple(
            SubmissionResult(
                student,
                tuple(replace(results[each.id], extra_credit=each.extra_credit) for each in exercises),
                late.get(student),
            )
            for student, results in sorted(found.items())
        ),
        extra_credit=frozenset(each.id for each in exercises if each.extra_credit),
    )
    record = apply_overrides(record, wishes.out)
    if kept := keep_earlier(wishes.out, record):
        terminal.err.print(_("the earlier results are kept: {file}").format(file=kept), markup=False)
    write_record(record, wishes.out)
    return record


def _late(course: Course, submissions: Sequence[Submission]) -> dict[str, Late]:
    """What the course's late policy makes of each submission, and on stderr what it could not know."""
    policy = course.late
    if policy is None:
        return {}
    judged, unknown = {}, []
    for each in submissions:
        try:
            submitted = submitted_at(each.entry, course.name, policy.trusts_files) if each.entry else each.submitted
        except (Unreadable, OSError) as error:
            terminal.err.print(f"{each.student}: {error}", markup=False)
            submitted = None
        if submitted is None:
            unknown.append(each.student)
        judged[each.student] = policy.judge(each.student, submitted)
    if unknown:
        text = ngettext(
            "nothing says when {count} submission came, so that it counts as in time: {students}",
            "nothing says when {count} submissions came, so that they count as in time: {students}",
            len(unknown),
        )
        terminal.err.print(text.format(count=len(unknown), students=", ".join(unknown)), markup=False)
    for student in sorted(policy.extensions.keys() - judged.keys()):
        text = _("the extension for `{student}` is nobody's: there is no such submission")
        terminal.err.print(text.format(student=student), markup=False)
    return judged
