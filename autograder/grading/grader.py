"""Grade one exercise of one student: a worker, the checks in order, statuses, points, messages."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograder.compare import Mismatch
from autograder.errors import CourseError, MachineryError, SubmissionRaised, WorkerCrashed, WorkerError, WorkerTimeout
from autograder.exercise import Exercise
from autograder.grading import wording
from autograder.grading.author import AuthorCode, LocalPeer
from autograder.grading.handles import Diverged, NotDefined, Seen, Submission
from autograder.grading.reference import Supplier
from autograder.grading.restrictions import find_in_source, find_in_trace, restriction
from autograder.grading.session import CheckItem, GradingSession, Skipped
from autograder.results import CheckResult, CheckStatus
from autograder.sandbox.connection import Worker
from autograder.sandbox.remote import Peer
from autograder.sandbox.wire import WireError

TOTAL_FACTOR = 3  # an exercise may take this many times the limit of one of its checks


class Code(Protocol):
    """One student's source of one exercise; see `submission.Source`."""

    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def helpers(self) -> Mapping[str, str]: ...
    def where(self, line: int) -> str: ...
    def line(self, line: int) -> str: ...


@dataclass
class Graded:
    """What `grade` found: the checks for the record, and for staff what the student's code printed."""

    checks: list[CheckResult]
    output: str = ""
    transcripts: dict[str, list[Any]] = field(default_factory=dict)


Diagnose = Callable[[Exercise, str, CheckStatus, list[Any]], str | None]


def grade(
    session: GradingSession,
    exercise: Exercise,
    code: Code,
    connect: Callable[[Exercise, Peer], Peer | Worker],
    *,
    supplied: Mapping[str, tuple[str, ...]],
    diagnose: Diagnose,
) -> Graded:
    """Run every check of the exercise. `connect` gives a fresh worker; `diagnose` names a misconception."""
    return _Grading(session, exercise, code, connect, supplied, diagnose).run()


class _Grading:
    def __init__(
        self,
        session: GradingSession,
        exercise: Exercise,
        code: Code,
        connect: Callable[[Exercise, Peer], Peer | Worker],
        supplied: Mapping[str, tuple[str, ...]],
        diagnose: Diagnose,
    ) -> None:
        self.session, self.exercise, self.code, self.connect = session, exercise, code, connect
        self.supplied, self.diagnose = supplied, diagnose
        self.supplier = Supplier({each.id: each for each in session.course.exercises if each.id in supplied})
        self.peer: Peer | Worker | None = None
        self.graded = Graded([])
        self.end = time.monotonic() + TOTAL_FACTOR * exercise.limits.seconds

    def run(self) -> Graded:
        passed: set[str] = set()
        submission = Submission(_Nobody(), self._watch)
        unusable = ""  # why there is nothing to check, once that is known
        for item in self.session.items[self.exercise.id]:
            missing = [need for need in item.check.needs if need not in passed]
            if unusable or missing:
                self._add(item, "blocked", unusable or f"needs `{missing[0]}`, which did not pass")
                continue
            error: BaseException | None = self._load()
            loaded = error is None
            if loaded:
                error = self._run(item, submission)
            status, message, misconception = self._judge(item, submission, error)
            if status == "passed":
                passed.add(item.check.name)
            elif misconception is None:
                misconception = self.diagnose(self.exercise, item.check.name, status, submission._transcript)
            self._add(item, status, message, misconception)
            self.graded.transcripts[item.check.name] = submission._transcript
            if not loaded and not self.graded.checks[1:]:
                unusable = f"`{self.code.name}` cannot be loaded"
        self._hang_up()
        return self.graded

    def _run(self, item: CheckItem, submission: Submission) -> BaseException | None:
        assert self.peer is not None
        error: BaseException | None = self.session.run_check(item, submission, self.peer)
        if isinstance(error, Diverged):
            self._hang_up()
            error = self._load() or self.session.run_check(item, submission, self.peer, ahead=False)
        return error

    def _load(self) -> BaseException | None:
        """Make sure that a worker with the submission loaded is there; what went wrong, or None."""
        if isinstance(self.peer, Worker):
            self.peer.deadline = self._deadline()
        if self.peer is not None and getattr(self.peer, "alive", True):
            return None
        self._hang_up()
        self.peer = self.connect(self.exercise, self.supplier)
        if isinstance(self.peer, Worker):
            self.peer.deadline = self._deadline()
        try:
            reply = self.peer.ask(_loading(self.exercise, self.code, self.supplied))
        except (WorkerError, WireError) as error:
            return error
        if reply["ok"]:
            return None
        if isinstance(self.peer, Worker):
            self.peer.close()
        told = reply["error"]
        return _LoadFailed(told["type"], tuple(told["bases"]), told["message"], told["file"], told["line"])

    def _deadline(self) -> float:
        return min(time.monotonic() + self.exercise.limits.seconds, self.end)

    def _hang_up(self) -> None:
        if isinstance(self.peer, Worker):
            self.peer.close()
            self.graded.output += self.peer.output.decode("utf-8", "replace")
        self.peer = None

    def _judge(
        self, item: CheckItem, submission: Submission, error: BaseException | None
    ) -> tuple[CheckStatus, str, str | None]:
        """Status, message and the misconception that the check itself names."""
        call, show = submission._last_call, self.session.public
        match error:
            case None:
                return "passed", "", None
            case NotDefined() if item.check.kind != "interface":
                return "blocked", error.hidden, None
            case Mismatch():
                return "failed", wording.of_mismatch(error, call, show), error.misconception
            case SubmissionRaised():
                visible = show or isinstance(error, _LoadFailed)
                return "raised", wording.of_exception(error, self.code, call, visible), None
            case WorkerTimeout():
                return "timeout", f"no answer after {self.exercise.limits.seconds:g} s: an endless loop?", None
            case WorkerCrashed():
                return "crashed", f"the process that ran your code died: {error}", None
            case WireError():
                return "crashed", f"the submission broke the connection to the grader ({error})", None
            case Skipped():
                return "skipped", str(error), None
            case MachineryError() | CourseError():
                raise error
            case AssertionError():
                return "failed", str(error).partition("\n")[0] or "it does not hold", None
            case _:
                return self._unexpected(item, error), "the result cannot be used as the check must use it", None

    def _unexpected(self, item: CheckItem, error: BaseException) -> CheckStatus:
        """The check stumbled over the result: the student's doing, unless it does over the reference's too."""
        peer = LocalPeer(self.exercise, _Nobody())
        peer.ask(_loading(self.exercise, AuthorCode.of(self.exercise.solution), {}))
        own = self.session.run_check(item, Submission(peer, lambda seen: None), peer)
        if own is not None:
            raise MachineryError(f"check `{item.check.name}` does not even work for the reference: {own!r}") from error
        self.graded.output += "".join(traceback.format_exception(error))
        return "failed"

    def _add(self, item: CheckItem, status: CheckStatus, message: str = "", misconception: str | None = None) -> None:
        check, points = item.check, item.check.points
        self.graded.checks.append(
            CheckResult(
                id=f"{self.exercise.id}/{check.name}",
                kind=check.kind,
                title=check.title,
                status=status,
                score=points if status == "passed" else 0.0,
                points=points,
                message=message,
                misconception=misconception,
                hint=self.exercise.misconceptions.get(misconception or "", "").strip(),
            )
        )

    def _watch(self, seen: Seen) -> None:
        """Fail if what was seen is forbidden, or what the called functions can reach."""
        helpers = {name: text for name, text in self.code.helpers.items() if name not in self.supplied}
        for entry in self.exercise.forbid:
            rule = restriction(entry)
            found = find_in_trace(seen.operators, seen.calls, rule)
            found += find_in_source(self.code.text, helpers, seen.names or self.exercise.implement, rule)
            if found:
                raise Mismatch(found[0].message, misconception=rule.id)


def _loading(exercise: Exercise, code: Code, supplied: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The request that loads a submission."""
    return {
        "op": "load",
        "module": exercise.id,
        "file": code.name,
        "text": code.text,
        "helpers": dict(code.helpers),
        "supplied": {id: list(names) for id, names in supplied.items()},
    }


class _LoadFailed(SubmissionRaised):
    """The submission's file raised before any hidden input was known: its message is fit to show."""


class _Nobody:
    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        raise MachineryError("no worker has been started")

    def forget(self, kind: str, id: int) -> None:
        pass
