"""Grade one exercise of one student: a worker, the checks in order, statuses, points, messages."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from autograder.compare import Mismatch
from autograder.errors import CourseError, MachineryError, SubmissionRaised, WorkerCrashed, WorkerError, WorkerTimeout
from autograder.exercise import Exercise
from autograder.grading import wording
from autograder.grading.code import AuthorCode, Code, loading, suppliable, watch
from autograder.grading.drawing import comparison
from autograder.grading.handles import Diverged, NotDefined, Submission
from autograder.grading.local import LocalPeer
from autograder.grading.session import CheckItem, GradingSession, Skipped
from autograder.grading.supplier import Supplier
from autograder.language import _
from autograder.pictures import Picture
from autograder.results import CheckResult, CheckStatus
from autograder.sandbox.connection import Worker
from autograder.sandbox.remote import Peer
from autograder.sandbox.wire import WireError

MAX_PICTURES = 4
MAX_TRACEBACK = 20_000  # characters: the message may hold what the student returned


@dataclass
class Graded:
    """What `grade` found: the checks for the record, what can be drawn, and for staff what the student's code printed.

    Of a hidden check nothing is drawn but a training, of which the worker knows nothing but public images.
    """

    checks: list[CheckResult]
    output: str = ""
    pictures: list[Picture] = field(default_factory=list)


Connect = Callable[[Exercise, Peer, bool], Worker]
Diagnose = Callable[[CheckItem, list[Any]], str | None]


def grade(
    session: GradingSession,
    exercise: Exercise,
    code: Code,
    connect: Connect,
    *,
    supplied: Mapping[str, Exercise],
    diagnose: Diagnose,
    to_the_end: bool = True,
) -> Graded:
    """Run every check of the exercise, or those up to the first that is lost, the slow ones last.

    `connect` gives a fresh worker, with a GPU if it is to have one, whose questions about `supplied`
    exercises are answered here; `diagnose` names the misconception behind a failed check's transcript.
    """
    return _Grading(session, exercise, code, connect, supplied, diagnose, to_the_end).run()


@dataclass(frozen=True)
class _Verdict:
    """What came of one check.

    `suspect` is a misconception that nothing but the failure speaks for, `near` what the numbers alone say.
    """

    status: CheckStatus
    message: str = ""
    misconception: str | None = None
    suspect: str | None = None
    near: str = ""


class _Grading:
    def __init__(
        self,
        session: GradingSession,
        exercise: Exercise,
        code: Code,
        connect: Connect,
        supplied: Mapping[str, Exercise],
        diagnose: Diagnose,
        to_the_end: bool,
    ) -> None:
        self.session, self.exercise, self.code, self.connect = session, exercise, code, connect
        self.supplied, self.diagnose, self.to_the_end = supplied, diagnose, to_the_end
        self.supplier = Supplier(supplied)
        self.submission = Submission(partial(watch, exercise, code, supplied))
        self.worker: Worker | None = None
        self.has_gpu = False  # of the worker
        self.graded = Graded([])
        self.end = time.monotonic() + exercise.limits.total
        self.spare = exercise.limits.total  # what asking ahead in vain may take that is not counted

    def run(self) -> Graded:
        try:
            self._run_all()
        finally:
            self._hang_up()
        return self.graded

    def _run_all(self) -> None:
        passed: set[str] = set()
        unusable = ""  # why there is nothing to check, once that is known
        items = self.session.items[self.exercise.id]
        for item in items if self.to_the_end else sorted(items, key=lambda item: item.measures):
            if not self.to_the_end and len(passed) < len(self.graded.checks):
                return
            missing = [need for need in item.check.needs if need not in passed]
            if unusable or missing:
                why = unusable or _("needs `{check}`, which did not pass").format(check=missing[0])
                self._add(item, _Verdict("blocked", why))
                continue
            error = self._load(item) or self._run(item)
            verdict = self._judge(item, error)
            if verdict.status == "passed":
                passed.add(item.check.name)
            if self.session.public and isinstance(error, Mismatch):
                self._draw(item, error, verdict.message)
            self._add(item, self._diagnosed(item, verdict))
            if isinstance(error, _LoadFailed) or (self.worker is None and not passed):
                unusable = _("`{file}` cannot be loaded").format(file=self.code.name)

    def _run(self, item: CheckItem) -> BaseException | None:
        assert self.worker is not None
        started = time.monotonic()
        error: BaseException | None = self.session.run_check(item, self.submission, self.worker)
        if isinstance(error, Diverged):
            self._hang_up()
            self._excuse(time.monotonic() - started)  # the second try is for our convenience
            error = self._load(item) or self.session.run_check(item, self.submission, self.worker, ahead=False)
        if error is not None and self.has_gpu:
            self._hang_up()  # an error of the GPU stays with the process: the next check gets another
        self.graded.pictures += self.submission.drawn
        return error

    def _load(self, item: CheckItem) -> BaseException | None:
        """Make sure that a worker with the submission loaded is there; what went wrong, or None."""
        needs_gpu = item.on_device and self.session.device.type == "cuda"
        # What a network is drawn from must come from a worker that knows no input of ours.
        if self.worker is not None and self.worker.alive and self.has_gpu == needs_gpu and not item.measures:
            self.worker.deadline = self._deadline(item)
            return None
        self._hang_up()
        started = time.monotonic()
        self.worker, self.has_gpu = self.connect(self.exercise, self.supplier, needs_gpu), needs_gpu
        self.end += time.monotonic() - started  # a GPU takes a second to start
        self.worker.deadline = self._deadline(item)
        try:
            reply = self.worker.ask(loading(self.exercise, self.code, self.supplied))
            if reply["ok"]:
                return None
            self.submission.failed_to_load(reply["error"])
            told = reply["error"]
            error: Exception = _LoadFailed(
                told["type"], tuple(told["bases"]), told["message"], told["file"], told["line"]
            )
        except (WorkerError, WireError, KeyError) as failure:
            error = failure
        self._hang_up()
        return error

    def _excuse(self, seconds: float) -> None:
        """Not on the student's time; but who dawdles whenever we ask ahead does not get more and more of it."""
        excused = min(seconds, self.spare)
        self.spare -= excused
        self.end += excused

    def _deadline(self, item: CheckItem) -> float:
        assert self.worker is not None
        return min(time.monotonic() + self.exercise.limits.of(item.check.name), self.end + self.worker.excused)

    def _hang_up(self) -> None:
        if self.worker is not None:
            self.worker.close()
            self.end += self.worker.excused
            self.graded.output += self.worker.output.decode("utf-8", "replace")
        self.worker = None

    def _judge(self, item: CheckItem, error: BaseException | None) -> _Verdict:
        call, show = self.submission.last_call, self.session.public
        match error:
            case None:
                return _Verdict("passed")
            case NotDefined() if item.check.kind != "interface":
                return _Verdict("blocked", error.hidden)
            case Mismatch():
                message = wording.of_mismatch(error, call, show)
                return _Verdict("failed", message, error.misconception, error.suspect, error.near)
            case _LoadFailed():
                return _Verdict("raised", self._not_loaded(error))
            case SubmissionRaised():
                return _Verdict("raised", wording.of_exception(error, self.code, call, show), None, suspect_of(error))
            case WorkerTimeout():
                return _Verdict("timeout", self._late(item))
            case WorkerCrashed():
                return _Verdict("crashed", _("the process that ran your code died: {reason}").format(reason=error))
            case WireError():
                told = _("the submission broke the connection to the grader ({reason})")
                return _Verdict("crashed", told.format(reason=error))
            case Skipped():
                return _Verdict("skipped", str(error))
            case MachineryError() | CourseError():
                raise error
            case AssertionError() if _raised_in(item.path, error):
                return _Verdict("failed", str(error).partition("\n")[0] or _("it does not hold"))
            case _:
                self._blame(item, error)
                return _Verdict("failed", _("the result cannot be used as the check must use it"))

    def _not_loaded(self, error: SubmissionRaised) -> str:
        told = wording.of_exception(error, self.code, "", show=True)
        if any(error.message == f"No module named '{each.id}'" for each in self.session.course.exercises):
            told = _("{told}; it is another exercise, of which there is no file").format(told=told)
        return told

    def _late(self, item: CheckItem) -> str:
        seconds = self.exercise.limits.of(item.check.name)
        trains = item.check.kind in ("training", "accuracy")  # the worker's word elsewhere could only spell an input
        epoch = self.worker.epoch if self.worker is not None and trains else 0
        if epoch:
            late = _("no answer after {seconds:g} s, in epoch {epoch} of the training: too slow?")
            return late.format(seconds=seconds, epoch=epoch)
        return _("no answer after {seconds:g} s: an endless loop?").format(seconds=seconds)

    def _blame(self, item: CheckItem, error: BaseException) -> None:
        """The check stumbled over a result: the student's doing, unless it does over the reference's too."""
        if not self.session.public:  # where a student runs it, there is no reference
            self._prove(item, error)
        self.graded.output += "".join(traceback.format_exception(error))[-MAX_TRACEBACK:]

    def _prove(self, item: CheckItem, error: BaseException) -> None:
        """Show that the check works for the reference."""
        reference = AuthorCode.of(self.exercise.solution)
        supplied = suppliable(self.session.course, self.exercise, reference)
        peer = LocalPeer(Supplier(supplied))
        peer.ask(loading(self.exercise, reference, supplied))
        own = self.session.run_check(item, Submission(lambda seen: None), peer)
        if own is not None:
            raise MachineryError("check-broken", check=item.check.name, reason=own) from error

    def _draw(self, item: CheckItem, error: Mismatch, message: str) -> None:
        title = self.exercise.say(item.check.title)
        picture = comparison(item.check, title, self.code, self.submission, error.compared, message)
        if picture is not None and len(self.graded.pictures) < MAX_PICTURES:
            self.graded.pictures.append(picture)

    def _diagnosed(self, item: CheckItem, verdict: _Verdict) -> _Verdict:
        """The verdict with the misconception that explains it best; the search is not on the student's time."""
        if verdict.status not in ("failed", "raised") or verdict.misconception is not None:
            return verdict
        started = time.monotonic()
        found = self.diagnose(item, self.submission.transcript)
        self.end += time.monotonic() - started
        if found is None and verdict.suspect in self.exercise.misconceptions:
            found = verdict.suspect
        message = verdict.message
        if found is None and verdict.near:
            message = _("{message}; {near}").format(message=message, near=verdict.near)
        return _Verdict(verdict.status, message, found)

    def _add(self, item: CheckItem, verdict: _Verdict) -> None:
        check = item.check
        self.graded.checks.append(
            CheckResult(
                id=f"{self.exercise.id}/{check.name}",
                kind=check.kind,
                title=self.exercise.say(check.title),
                status=verdict.status,
                score=check.points if verdict.status == "passed" else 0.0,
                points=check.points,
                message=verdict.message,
                misconception=verdict.misconception,
                hint=self.exercise.say(self.exercise.misconceptions.get(verdict.misconception or "", "").strip()),
            )
        )


def suspect_of(error: SubmissionRaised) -> str | None:
    """What speaks for itself: a name that nothing defines, be it of a variable or behind a dot."""
    unknown = error.type in ("NameError", "AttributeError") and not error.message.startswith("'NoneType'")
    return error.suspect or ("unknown-name" if unknown else None)


def _raised_in(path: Path, error: BaseException) -> bool:
    """Whether the check itself raised this, and not something that it called."""
    return Path(traceback.extract_tb(error.__traceback__)[-1].filename) == path


class _LoadFailed(SubmissionRaised):
    """The submission's file raised before any hidden input was known: its message is fit to show."""
