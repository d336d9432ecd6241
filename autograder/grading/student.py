"""Grade one student after another: what depends on what, what is known already, and what is supplied."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from autograder import __version__
from autograder.errors import MachineryError
from autograder.exercise import Exercise
from autograder.grading.code import can_supply, reached
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.grader import Graded, grade
from autograder.grading.session import GradingSession
from autograder.language import _, in_use
from autograder.messages import message
from autograder.pictures import Picture, load
from autograder.results import ExerciseResult, points_of
from autograder.sandbox.connection import Worker
from autograder.sandbox.isolation import start_gpu
from autograder.sandbox.remote import Peer
from autograder.sandbox.warm import WarmProcess
from autograder.store import Store, key_of
from autograder.submission import Rejected, Source, Submission

SECONDS_TO_DRAW = 2.0  # for a public check, if the exercise allows more


@dataclass(frozen=True)
class Work:
    """One student's sources by exercise id; a text in place of a source says why it was rejected."""

    student: str
    sources: Mapping[str, Source | str]
    notes: tuple[str, ...] = ()  # sentences about what was left out or looks misnamed

    @classmethod
    def of(cls, submission: Submission) -> Work:
        """What a submission holds to be graded."""
        sources = {id: each.message if isinstance(each, Rejected) else each for id, each in submission.sources.items()}
        return cls(submission.student, sources, submission.notes)


_Known = tuple[tuple[ExerciseResult, str, str], list[Picture]]  # what `grade` gives, and the pictures of it


class StudentGrader:
    """Grades one student after another in this process, with the results of earlier runs at hand.

    `pictures` are those of the result that `grade` has just given; with a session of `public` checks also
    of what they find where marks are lost.
    """

    def __init__(
        self,
        session: GradingSession,
        warm: WarmProcess | None,
        store: Store | None,
        public: GradingSession | None = None,
    ) -> None:
        self.session, self.warm, self.store, self.public = session, warm, store, public
        self.diagnose = Diagnosis(session)
        self.pictures: list[Picture] = []

    def messages(self, work: Work, exercises: Sequence[Exercise]) -> Iterator[str]:
        """What `grade` gives, each with its pictures, as lines for a `Receiver`."""
        for result, key, output in self.grade(work, exercises):
            yield message(result, key, output, self.pictures)

    def grade(self, work: Work, exercises: Sequence[Exercise]) -> Iterator[tuple[ExerciseResult, str, str]]:
        """(result, key to keep it under or "", what the code printed) of each exercise, in order."""
        known: dict[str, _Known] = {}
        for exercise in exercises:
            source = work.sources.get(exercise.id)
            self.pictures = []
            if source is None:
                message = _("; ").join([_("not handed in"), *work.notes])
                yield ExerciseResult(exercise.id, "missing", 0.0, exercise.points, message), "", ""
            elif isinstance(source, str):
                yield ExerciseResult(exercise.id, "rejected", 0.0, exercise.points, source), "", ""
            else:
                try:
                    found, self.pictures = self._known(work, exercise, source, known)
                except MachineryError as error:
                    found, self.pictures = (ungraded(exercise, error.in_a_line()), "", ""), []
                    known[exercise.id] = found, []
                yield found

    def _known(self, work: Work, exercise: Exercise, source: Source, known: dict[str, _Known]) -> _Known:
        """The result, which is the same whether it was asked for or somebody's import of the exercise was."""
        if exercise.id not in known:
            found = self._result(work, exercise, source, known)
            known[exercise.id] = found, self.pictures
        return known[exercise.id]

    def _result(
        self, work: Work, exercise: Exercise, source: Source, known: dict[str, _Known]
    ) -> tuple[ExerciseResult, str, str]:
        own, supplied = self._imported(work, exercise, known)
        depends = [source.digest, self.session.course.salt, __version__, torch.__version__]
        depends += [self.session.device.type, self.session.calibration.digest, repr(exercise.limits)]
        depends += [in_use(), *work.notes]
        depends += [self.session.digests[id] for id in (exercise.id, *sorted({*own, *supplied}))]
        depends += [f"{id}={each.digest}" for id, each in sorted(own.items())]
        depends += [f"{id}: {why}" for id, why in sorted(supplied.items())]
        key = key_of(depends)
        if self.store is not None and (kept := self.store.get(key)) is not None:
            self.pictures = load(self.store.pictures(key))
            return kept[0], "", kept[1]
        started = time.perf_counter()
        code = replace(source, helpers={**source.helpers, **{id: each.text for id, each in own.items()}})
        graded = grade(
            self.session, exercise, code, self.connect,
            supplied={id: self.session.course.exercise(id) for id in supplied}, diagnose=self.diagnose,
        )  # fmt: skip
        result = self._summed(exercise, source, graded, supplied, work)
        seconds = round(time.perf_counter() - started, 3)
        self.pictures = graded.pictures
        if self.public is not None and result.score != result.points:
            self.pictures += self._public_pictures(self.public, exercise, code, supplied, graded)
        return replace(result, seconds=seconds), key, graded.output

    def _public_pictures(
        self, public: GradingSession, exercise: Exercise, code: Source, supplied: Mapping[str, str], graded: Graded
    ) -> list[Picture]:
        """What the public checks show of code that lost marks, in a worker that never met a hidden input."""
        if not public.items.get(exercise.id) or any(each.status in ("timeout", "crashed") for each in graded.checks):
            return []
        limits = replace(exercise.limits, seconds=min(exercise.limits.seconds, SECONDS_TO_DRAW), checks={})
        others = {id: self.session.course.exercise(id) for id in supplied}
        exercise, diagnose = replace(exercise, limits=limits), Diagnosis(public)
        try:
            return grade(public, exercise, code, self.connect, supplied=others, diagnose=diagnose).pictures
        except MachineryError as error:  # the verdict stands, whatever becomes of its pictures
            print(_("no pictures of {id}: {reason}").format(id=exercise.id, reason=error), file=sys.stderr)
            return []

    def _summed(
        self, exercise: Exercise, source: Source, graded: Graded, supplied: Mapping[str, str], work: Work
    ) -> ExerciseResult:
        score, points = points_of(graded.checks)
        messages = [*supplied.values()]
        if graded.checks and graded.checks[0].status != "passed":
            messages += work.notes
        return ExerciseResult(
            exercise.id, "graded", score, points, _("; ").join(messages), tuple(supplied), source.digest, 0.0,
            tuple(graded.checks),
        )  # fmt: skip

    def _imported(
        self, work: Work, exercise: Exercise, known: dict[str, _Known]
    ) -> tuple[dict[str, Source], dict[str, str]]:
        """Of the exercises that this one needs: the student's own, and what to supply instead, each with the reason."""
        own: dict[str, Source] = {}
        supplied = {}
        for other in reached(self.session.course, exercise, work.sources):
            if other.id == exercise.id:
                continue
            theirs = work.sources.get(other.id)
            if isinstance(theirs, Source):
                own[other.id] = theirs
            if self.session.public or not can_supply(self.session.course, other, exercise):
                continue  # students have nothing that could replace it
            if why := self._wrong(work, other, known):
                supplied[other.id] = why.format(id=other.id)
        return own, supplied

    def _wrong(self, work: Work, exercise: Exercise, known: dict[str, _Known]) -> str:
        """Why the student's own cannot be relied on, in the same words wherever it is imported; empty if it can."""
        source = work.sources.get(exercise.id)
        if source is None:
            return _("your own `{id}` is missing; the grader supplied a correct one, so that it costs nothing here")
        if isinstance(source, Source):
            (result, _key, _output), _pictures = self._known(work, exercise, source, known)
            if result.score == result.points:
                return ""
        return _("your own `{id}` lost marks; the grader supplied a correct one, so that it costs nothing here")

    def connect(self, exercise: Exercise, supplier: Peer, gpu: bool) -> Worker:
        assert self.warm is not None
        seconds = int(exercise.limits.total) + 1
        warm = self.warm.start_gpu() if gpu else self.warm
        worker = warm.spawn(supplier=supplier, cpu_seconds=seconds, memory_mb=exercise.limits.memory_mb)
        if gpu:  # before any code of the submission's: if this fails, it is our failure
            start_gpu(worker, exercise.limits.gpu_memory_mb)
        return worker


def ungraded(exercise: Exercise, reason: str) -> ExerciseResult:
    """What becomes of an exercise if our machinery fails."""
    return ExerciseResult(exercise.id, "ungraded", None, exercise.points, reason)
