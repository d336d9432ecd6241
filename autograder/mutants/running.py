"""Grade every mutant of a course as if it had been handed in; look closer at those that lose nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from autograder.errors import MachineryError
from autograder.exercise import Course, Exercise
from autograder.grading.code import AuthorCode, suppliable
from autograder.grading.grader import grade
from autograder.grading.session import GradingSession
from autograder.grading.student import StudentGrader
from autograder.mutants import listed
from autograder.mutants.forks import Died, each
from autograder.mutants.likeness import SALTS, different, resalted
from autograder.mutants.making import Mutant, mutants_of
from autograder.sandbox.limits import hold_memory
from autograder.sandbox.warm import WarmProcess

SECONDS = 3.0  # for a check, at the first try

Counting = Callable[[str, int], AbstractContextManager[Callable[[str], None]]]


@dataclass(frozen=True)
class Kept:
    """A mutant that lost no mark, and why that is so if it is known, or else the question that shows the difference."""

    file: str
    line: int
    operator: str
    diff: str
    reason: str = ""
    shown_by: str = ""


@dataclass
class Outcome:
    """What became of the mutants of one exercise.

    `by` counts those killed by the check that they lost first; `seconds` are those of all processes together.
    """

    mutants: int = 0
    killed: int = 0
    by: dict[str, int] = field(default_factory=dict)
    equivalent: list[Kept] = field(default_factory=list)
    listed: list[Kept] = field(default_factory=list)
    survivors: list[Kept] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.mutants} mutants: {self.killed} killed, {len(self.equivalent)} equivalent, "
            f"{len(self.listed)} listed by hand, {len(self.survivors)} survive, {self.seconds:.0f} s"
        )

    @property
    def complaints(self) -> list[str]:
        """Every problem and every survivor, for people."""
        survivors = [
            f"{each.file}:{each.line}: a mutant survives\n{each.diff}\nit differs in {each.shown_by}"
            for each in self.survivors
        ]
        return [text.replace("\n", "\n      ") for text in (*self.problems, *survivors)]


def kill(course: Course, exercises: Sequence[Exercise], warm: WarmProcess, counting: Counting) -> dict[str, Outcome]:
    """Grade all mutants, in as many processes as there are cores; what was found, by exercise.

    `counting` is told what is to be done how often, and gives a context whose value is called with a word each time.
    """
    found = {exercise.id: Outcome() for exercise in exercises}

    def work(session: GradingSession) -> None:
        _Run(session, exercises, warm, found, counting).run()

    GradingSession(course, exercises, public=False).run(work)
    return found


class _Run:
    def __init__(
        self,
        session: GradingSession,
        exercises: Sequence[Exercise],
        warm: WarmProcess,
        found: dict[str, Outcome],
        counting: Counting,
    ) -> None:
        self.session, self.warm, self.found, self.counting = session, warm, found, counting
        self.exercises = {exercise.id: exercise for exercise in exercises}
        self.grader = StudentGrader(session, warm, None)
        self.unharmed: dict[str, list[Mutant]] = {exercise.id: [] for exercise in exercises}

    def run(self) -> None:
        self.session.prepare()
        self.warm.ready()  # it loads torch meanwhile
        mutants = [(id, mutant) for id in self.exercises if self._sound(id) for mutant in self._made(id)]
        # Asking ahead pays for submissions that are right, and an endless loop would have to be sat out twice.
        self.session.asks_ahead = False
        codes = [(self.exercises[id], AuthorCode(f"{id}.py", mutant.text)) for id, mutant in mutants]
        with self.counting("mutants", len(mutants)) as advance:
            for number, (lost, seconds) in self._each([partial(self._grade, *each) for each in codes]):
                id, mutant = mutants[number]
                found = self.found[id]
                found.seconds += seconds
                if lost:
                    found.killed += 1
                    found.by[lost] = found.by.get(lost, 0) + 1
                if lost is None:
                    found.problems.append(f"solution.py:{mutant.line}: a mutant could not be graded\n{mutant.diff}")
                elif not lost:
                    self.unharmed[id].append(mutant)
                advance(f"{id}: {lost or 'nothing'}")
        for id in self.exercises:
            self.unharmed[id].sort(key=lambda mutant: (mutant.line, mutant.text))
            self._look_up(id)
        self._compare()

    def _sound(self, id: str) -> bool:
        """Whether the reference itself keeps every mark; if not, a lost mark proves nothing."""
        exercise = self.exercises[id]
        lost = self._grade(exercise, AuthorCode.of(exercise.solution))[0]
        if lost:
            self.found[id].problems.append(f"the reference loses `{lost}`: what its mutants lose proves nothing")
        return not lost

    def _made(self, id: str) -> list[Mutant]:
        mutants = mutants_of(self.exercises[id])
        self.found[id].mutants = len(mutants)
        return mutants

    def _grade(self, exercise: Exercise, code: AuthorCode) -> tuple[str, float]:
        """The check that is lost first, or "", and the seconds that it took."""
        started = time.perf_counter()
        supplied = suppliable(self.session.course, exercise, code)
        for tried in (_hasty(exercise), exercise):  # what is late at first may be slow only where much else runs
            graded = grade(
                self.session, tried, code, self.grader.connect,
                supplied=supplied, diagnose=lambda item, transcript: None, to_the_end=False,
            )  # fmt: skip
            last = graded.checks[-1]  # the only one that may be lost
            if last.status != "timeout":
                break
        lost = last.id.partition("/")[2] if last.status not in ("passed", "skipped") else ""
        return lost, time.perf_counter() - started

    def _look_up(self, id: str) -> None:
        """Set aside what is listed by hand; what is listed and was not found is a problem."""
        if not self.found[id].mutants:
            return
        entries = listed.read(self.exercises[id])
        met = {mutant.key for mutant in self.unharmed[id]}
        for key, entry in entries.items():
            if key not in met:
                reason = f"{listed.FILE} lists a mutant that is none, or that loses a mark: `{entry.after.strip()}`"
                self.found[id].problems.append(reason)
        for mutant in self.unharmed[id]:
            if mutant.key in entries:
                self.found[id].listed.append(_kept(mutant, entries[mutant.key].reason.strip()))
        self.unharmed[id] = [mutant for mutant in self.unharmed[id] if mutant.key not in entries]

    def _compare(self) -> None:
        """What does the same as the reference is equivalent; the rest has survived."""
        pairs = [(id, number) for id in self.exercises if self.unharmed[id] for number in range(1, SALTS + 1)]
        for id in self.exercises if pairs else ():  # what is imported and compiled at the first call is so for all
            different(self.session, self.exercises[id], [])
        tasks = [partial(self._different, *pair) for pair in pairs]
        differ: dict[str, dict[int, str]] = {id: {} for id in self.exercises}
        with self.counting("comparing", len(tasks)) as advance:
            for number, (unlike, seconds) in self._each(tasks):
                id, salt = pairs[number]
                self.found[id].seconds += seconds
                if unlike is None:
                    raise MachineryError("proof-cut-off", exercise=id)
                for mutant_number, question in unlike:
                    differ[id].setdefault(mutant_number, f"{question}, salt {salt}")
                advance(f"{id}: salt {salt}")
        for id, mutants in self.unharmed.items():
            for number, mutant in enumerate(mutants):
                found = self.found[id]
                if number in differ[id]:
                    found.survivors.append(_kept(mutant, shown_by=differ[id][number]))
                else:
                    found.equivalent.append(_kept(mutant))

    def _different(self, id: str, number: int) -> tuple[list[tuple[int, str]], float]:
        started = time.perf_counter()
        codes = [AuthorCode(f"{id}.py", mutant.text) for mutant in self.unharmed[id]]
        unlike = different(resalted(self.session, number), self.exercises[id], codes, altered=number % 2 == 0)
        return [*unlike.items()], time.perf_counter() - started

    def _each(self, tasks: Sequence[Callable[[], Any]]) -> Iterator[tuple[int, Any]]:
        """Answers as they come; (None, 0) for a process that died."""
        for number, answer in each(tasks, min(os.cpu_count() or 1, len(tasks)), self._prepare):
            yield number, (None, 0.0) if isinstance(answer, Died) else answer

    def _prepare(self, slot: int) -> None:
        hold_memory()
        self.warm.use_slot(slot)


def _hasty(exercise: Exercise) -> Exercise:
    """The exercise with less time for a check."""
    return replace(exercise, limits=replace(exercise.limits, seconds=min(exercise.limits.seconds, SECONDS)))


def _kept(mutant: Mutant, reason: str = "", shown_by: str = "") -> Kept:
    return Kept("solution.py", mutant.line, mutant.operator, mutant.diff, reason, shown_by)
