"""All of `autograde ci` in order: read, grade, annotate, sum up, report."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from autograder import terminal
from autograder.bundle import KEY, opened
from autograder.ci import classroom50, legacy
from autograder.ci.checkout import Oddity, keep_out, oddities, public_side
from autograder.ci.commands import MAX_ANNOTATIONS, Annotation, set_output, silence
from autograder.ci.environment import Environment
from autograder.ci.findings import Finding, findings
from autograder.ci.grading import Graded, grade_hidden, grade_public
from autograder.ci.summary import summary
from autograder.errors import EXIT_LOST, EXIT_MACHINERY, EXIT_USAGE, IsolationError, MachineryError, UsageError
from autograder.exercise import Course, load_course
from autograder.fingerprint import Fingerprint, fingerprint
from autograder.language import N_, _
from autograder.report.pages import DASHBOARD, FEEDBACK, report
from autograder.results import Record, write_whole
from autograder.sandbox.warm import WarmProcess
from autograder.submission import Submission, folder_names, read

_SUMMARY = "summary.md"
_SHOUTING = N_("it prints what looks like a workflow command; what your code prints is not shown to the runner")
_GIVEN = ("results.json", "fingerprint.json")  # of what a run writes, what the student may have: no log is


@dataclass(frozen=True)
class Request:
    """What the command line asked for. The private side is a `course` folder, a `bundle`, or not here."""

    report: str | None
    course: Path | None
    bundle: Path | None
    exercises: Sequence[str]
    out: Path
    device: str


@dataclass(frozen=True)
class _Outcome:
    graded: Graded
    submission: Submission
    found: list[Finding]
    odd: list[Oddity]
    fingerprint: Fingerprint
    hidden: bool

    @property
    def record(self) -> Record:
        return self.graded.record


def run(request: Request, environment: Environment) -> int:
    """Grade the folder that this process stands in, and tell whoever it is that asked; the exit code."""
    if not environment.on_actions:
        print(_("not on GitHub Actions: this is what it would be told"), file=sys.stderr)
        return _run(request, environment)
    try:
        return _run(request, environment)
    except (UsageError, IsolationError, MachineryError) as error:  # it may quote a file of the checkout
        print(Annotation("error", "autograde", error.told()).command(), flush=True)
        return EXIT_USAGE if isinstance(error, UsageError) else EXIT_MACHINERY


def _run(request: Request, environment: Environment) -> int:
    checkout = Path.cwd()
    out = _cleared(request.out, checkout, environment)
    with tempfile.TemporaryDirectory(prefix="autograde-") as private:
        with silence(environment.on_actions):
            outcome = _grade(request, environment, checkout, Path(private))
            for result, (_id, title, _points) in zip(
                outcome.record.submissions[0].exercises, outcome.record.exercises, strict=True
            ):
                terminal.show_checks(title, result, "")
            print(f"{_('fingerprint')}: {outcome.fingerprint}")
        page = _hand_over(Path(private), out, outcome)
    _annotate(outcome, environment, checkout)
    _sum_up(outcome, environment, out, page)
    ungraded = any(each.score is None for each in outcome.record.submissions[0].exercises)
    return _tell(outcome, environment, checkout, ungraded)


def _grade(request: Request, environment: Environment, checkout: Path, private: Path) -> _Outcome:
    trusted = request.course is not None or request.bundle is not None
    odd = keep_out(checkout.resolve(), trusted)
    with WarmProcess() as warm, _private_side(request, checkout) as hidden:
        course = hidden or public_side(checkout)
        exercises = course.select(request.exercises)
        name = environment.student
        implement = {each.id: each.implement for each in course.exercises}
        submission = read(checkout, implement, folder_names([name])[name])
        if hidden:
            graded = grade_hidden(course, exercises, submission, warm, private, request.device)
        else:
            graded = grade_public(course, exercises, submission, warm, private, request.device)
        report(private)
        odd += oddities(checkout, course, trusted)
        odd += [Oddity(each, _(_SHOUTING)) for each in _paths(graded.shouting, submission)]
        mark = fingerprint(course, device=graded.record.device, isolation=graded.record.isolation.level)
        mark.write(private)
        found = findings(graded.record, submission, implement)
    return _Outcome(graded, submission, found, odd, mark, trusted)


def _paths(exercises: Sequence[str], submission: Submission) -> Iterator[str]:
    for id in exercises:
        yield getattr(submission.sources[id], "path", "")


@contextmanager
def _private_side(request: Request, checkout: Path) -> Iterator[Course | None]:
    """The course with its private side, if there is one. A bundle is gone from the disk at the end."""
    if request.course is not None and request.bundle is not None:
        raise UsageError("usage-both", command="ci", one="--course", other="--bundle")
    if request.course is not None and request.course.resolve().is_relative_to(checkout.resolve()):
        raise UsageError("inside-checkout", what=request.course)
    key = os.environ.pop(KEY, None)  # no other process has any business with it
    sealed = nullcontext(request.course) if request.bundle is None else opened(request.bundle, key, outside=checkout)
    with sealed as folder:
        yield None if folder is None else load_course(folder)


def _cleared(out: Path, checkout: Path, environment: Environment) -> Path:
    """The folder for what is handed over, without what looks as if it had been, and not behind a link."""
    place = checkout / out
    if not out.is_absolute() and place.resolve() != Path(os.path.normpath(checkout.resolve() / out)):
        raise UsageError("out-in-the-way", path=out)
    stale = [place / name for name in (*_GIVEN, _SUMMARY, DASHBOARD)]
    if environment.report == "classroom50":
        stale.append(checkout / classroom50.FILE)
    for path in stale:
        if path.is_dir() and not path.is_symlink():
            raise UsageError("out-in-the-way", path=path)
        path.unlink(missing_ok=True)
    return place


def _hand_over(private: Path, out: Path, outcome: _Outcome) -> Path:
    """Bring what the student may have to `out`; the page to open. Logs and stores stay behind."""
    student = folder_names([outcome.record.submissions[0].student]).popitem()[1]
    given = {name: private / name for name in _GIVEN} | {DASHBOARD: private / FEEDBACK / student / DASHBOARD}
    for name, path in given.items():
        write_whole(out / name, path.read_text(encoding="utf-8"))
    return out / DASHBOARD


def _annotate(outcome: _Outcome, environment: Environment, checkout: Path) -> None:
    errors = [finding.annotation() for finding in outcome.found]
    warnings = [Annotation("warning", _("gains nothing"), each.text, each.path) for each in outcome.odd]
    notes = [Annotation("notice", _("note"), note) for note in outcome.submission.notes]
    for kind in (errors, warnings, notes):
        for each in kind[:MAX_ANNOTATIONS]:
            file = environment.path_in_repository(checkout, each.file) if each.file else ""
            placed = Annotation(each.kind, each.title, each.text, file, each.line)
            print(placed.command() if environment.on_actions else placed.line_of_text(), flush=True)


def _sum_up(outcome: _Outcome, environment: Environment, out: Path, page: Path) -> None:
    text = summary(outcome.record, outcome.found, outcome.odd, outcome.fingerprint, hidden=outcome.hidden)
    write_whole(out / _SUMMARY, text)
    if (file := environment.file("GITHUB_STEP_SUMMARY")) is not None:
        with file.open("a", encoding="utf-8") as shown:
            shown.write(text)
    if (file := environment.file("GITHUB_OUTPUT")) is not None:
        set_output(file, "feedback", str(out))
    print(f"{_('results')}: {out / 'results.json'}")
    print(f"{_('feedback')}: {page}")


def _tell(outcome: _Outcome, environment: Environment, checkout: Path, ungraded: bool) -> int:
    """What the service wants to have beside annotations and summary; the exit code."""
    submission = outcome.record.submissions[0]
    if environment.report == "legacy":
        value = legacy.result(submission)
        if (file := environment.file("GITHUB_OUTPUT")) is not None:
            set_output(file, "result", value)
        else:
            print(f"result={value}")
    if ungraded:  # an annotation has said so
        return EXIT_MACHINERY
    if environment.report == "classroom50":
        print(f"{_('result')}: {classroom50.write_result(submission, environment.variables, checkout)}")
        return 0
    complete = all(each.status == "graded" and each.score == each.points for each in submission.exercises)
    return 0 if complete else EXIT_LOST
