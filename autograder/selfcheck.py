"""`autograde check`: a student's own work against the public tests, with everything said out loud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder import terminal
from autograder.errors import EXIT_LOST, EXIT_MACHINERY, UsageError
from autograder.exercise import Exercise
from autograder.fingerprint import fingerprint
from autograder.grading.code import reached
from autograder.grading.session import CPU, GradingSession
from autograder.grading.student import StudentGrader, Work
from autograder.language import _
from autograder.own_work import OwnWork, find_work
from autograder.pictures import Picture
from autograder.results import ExerciseResult
from autograder.sandbox.isolation import measure
from autograder.sandbox.warm import WarmProcess
from autograder.submission import Source

SUFFIXES = (".py", ".ipynb")
STEP, DEBOUNCE, TIMEOUT = 30, 200, 200  # milliseconds: an editor writes in several steps, which are one change


@dataclass(frozen=True)
class Finding:
    """What the public checks found in one exercise; `is_new` unless its code is that of the last time."""

    exercise: Exercise
    result: ExerciseResult
    printed: str
    pictures: tuple[Picture, ...]
    is_new: bool = True

    @property
    def lost(self) -> bool:
        return self.result.status != "graded" or any(check.status != "passed" for check in self.result.checks)


class SelfCheck:
    """Runs public checks again and again: the machine is tried and tests are collected once, what is known is kept."""

    def __init__(self, warm: WarmProcess) -> None:
        self.warm = warm
        self.isolation = measure(warm)
        self._session: GradingSession | None = None
        self._known: dict[str, tuple[tuple[str, ...], Finding]] = {}

    def findings(self, own: OwnWork) -> Iterator[Finding]:
        """What is found in each exercise, in order. Raises `CourseError` if its tests are broken."""
        work = replace(Work.of(own.submission), notes=())  # they are said once, at the end
        grader = StudentGrader(self._collected(own), self.warm, None)
        for exercise in own.exercises:
            state = _state(own, exercise)
            if exercise.id in self._known and self._known[exercise.id][0] == state:
                yield self._known[exercise.id][1]
                continue
            ((result, _key, printed),) = grader.grade(work, [exercise])
            found = Finding(exercise, result, printed, tuple(grader.pictures))
            self._known[exercise.id] = state, Finding(exercise, result, printed, found.pictures, is_new=False)
            yield found

    def _collected(self, own: OwnWork) -> GradingSession:
        ids = [each.id for each in own.exercises]
        if self._session is None or [*self._session.items] != ids or self._session.course.root != own.course.root:
            self._session = GradingSession(own.course, own.exercises, public=True)
            self._session.run(lambda session: None)
            self._known.clear()
        self.warm.ready()
        return self._session


def check_work(own: OwnWork, warm: WarmProcess) -> int:
    """Run the public checks and print what they found; the exit code."""
    return _check_and_say(SelfCheck(warm), own)


def check_on_save(own: OwnWork, path: Path, ids: Sequence[str], warm: WarmProcess) -> int:
    """`check_work`, and again whenever a file of the work is saved, until interrupted; what the last run came to."""
    from watchfiles import Change, watch

    path = path.resolve()
    root = own.course.root.resolve()
    inside = path.is_relative_to(root) or (path / "exercises").resolve() == root
    folder = root if inside else path if path.is_dir() else path.parent

    def is_work(change: Change, name: str) -> bool:
        return name.endswith(SUFFIXES) and not Path(name).name.startswith(".")

    check = SelfCheck(warm)
    code = EXIT_LOST
    changes = watch(
        folder, watch_filter=is_work, recursive=inside or path.is_dir(),
        step=STEP, debounce=DEBOUNCE, rust_timeout=TIMEOUT, yield_on_timeout=True,
    )  # fmt: skip
    try:
        next(changes)  # from here on nothing is missed, be it saved while a check runs
        code = _check_and_say(check, own)
        terminal.say_waiting(folder)
        for changed in changes:
            if not changed:
                continue
            try:
                code = _check_and_say(check, find_work(path, ids))
            except UsageError as error:  # it is being renamed, or tests are being edited: the next save may mend it
                terminal.err.print(str(error), markup=False)
                code = EXIT_LOST
            terminal.say_waiting(folder)
    except KeyboardInterrupt:
        pass
    return code


def _check_and_say(check: SelfCheck, own: OwnWork) -> int:
    if check.isolation.level == "process":
        terminal.err.print(_("your code runs unconfined on this machine, as it would if you ran it yourself"))
    code = 0
    for found in check.findings(own):
        if found.is_new:
            title = found.exercise.say(found.exercise.title)
            terminal.show_checks(title, found.result, found.printed, found.pictures)
        if found.lost:  # what the machinery could not check is nobody's loss
            code = max(code, EXIT_MACHINERY if found.result.status == "ungraded" else EXIT_LOST)
    for note in own.submission.notes:
        terminal.out.print(_("note: {note}").format(note=note), markup=False)
    mark = fingerprint(own.course, device=CPU.type, isolation=check.isolation.level)
    terminal.out.print(f"{_('fingerprint')}: {mark}", markup=False)
    return code


def _state(own: OwnWork, exercise: Exercise) -> tuple[str, ...]:
    """The digests of all that the exercise's result depends on."""
    source = own.submission.sources.get(exercise.id)
    if not isinstance(source, Source):
        return (repr(source),)
    sources = Work.of(own.submission).sources
    others = (sources.get(each.id) for each in reached(own.course, exercise, sources))
    return (source.digest, *(each.digest for each in others if isinstance(each, Source)))
