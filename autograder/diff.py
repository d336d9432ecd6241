"""What a regrade changes: whose score, by how much, on which check, and what is recorded of why.

Two records are compared with what their runs were made with (fingerprint.json). OUT/diff.json holds the result.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from autograder.errors import FileError
from autograder.language import N_, _
from autograder.results import CheckResult, ExerciseResult, Record, SubmissionResult, tidy, write_whole

FILE = "diff.json"
SCHEMA_VERSION = 1
CAUSES = {
    "submission": N_("another submission"),
    "exercise": N_("the exercise was changed"),
    "course": N_("the course was changed"),
    "import": N_("an exercise that it imports was supplied, or is no longer"),
    "instructor": N_("an instructor's score"),
    "grader": N_("another version of the grader"),
    "torch": N_("another version of torch"),
    "device": N_("another device"),
    "isolation": N_("another level of isolation"),
    "late": N_("lateness"),
}
RUN = ("course", "public", "grader", "torch", "device", "isolation")  # keys of a fingerprint
_ALL_CAUSES = ("grader", "torch", "device", "isolation")  # of a run, which may explain any change in it

Mark = Mapping[str, Any]


@dataclass(frozen=True)
class Side:
    """How an exercise or a check stood in one of the two records; `status` is empty if it was not there."""

    status: str = ""
    score: float | None = None
    points: float = 0.0
    message: str = ""


@dataclass(frozen=True)
class Change:
    """An exercise or a check that has another score, other points or another status."""

    id: str
    before: Side
    after: Side
    causes: tuple[str, ...] = ()  # of an exercise; empty if nothing that is recorded explains it
    checks: tuple[Change, ...] = ()

    @property
    def by(self) -> float:
        """The points gained."""
        return tidy((self.after.score or 0.0) - (self.before.score or 0.0))


@dataclass(frozen=True)
class StudentChange:
    """A student with another score, or with changes that make up for each other."""

    student: str
    before: float
    after: float
    causes: tuple[str, ...]  # beside those of the exercises
    exercises: tuple[Change, ...]

    @property
    def by(self) -> float:
        return tidy(self.after - self.before)


@dataclass(frozen=True)
class RunChange:
    """What the later run was made with in place of what the earlier one was; `what` is `exercise` or one of `RUN`."""

    what: str
    id: str
    before: str
    after: str


@dataclass(frozen=True)
class Diff:
    """What the regrade changed against `old`. `unknown` is what the earlier run has no record of."""

    old: str
    run: tuple[RunChange, ...]
    unknown: tuple[str, ...]
    students: tuple[StudentChange, ...]
    appeared: tuple[str, ...]
    gone: tuple[str, ...]
    unchanged: int

    def write(self, out: Path) -> None:
        """Write diff.json into `out`."""
        raw = {"schema_version": SCHEMA_VERSION, **asdict(self)}
        write_whole(out / FILE, json.dumps(raw, indent=2, ensure_ascii=False) + "\n")


def read_diff(out: Path) -> Diff | None:
    """What `Diff.write` wrote into `out`, if it did. Raises `FileError` if something else is there."""
    path = out / FILE
    if not path.is_file():
        return None
    try:
        return _diff(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(path, None, "results-broken", reason=error) from None


def _diff(raw: dict[str, Any]) -> Diff:
    students = tuple(
        StudentChange(**each | {"causes": tuple(each["causes"]), "exercises": _changes(each["exercises"])})
        for each in raw["students"]
    )
    run = tuple(RunChange(**each) for each in raw["run"])
    known = tuple(raw["unknown"]), students, tuple(raw["appeared"]), tuple(raw["gone"])
    return Diff(raw["old"], run, *known, raw["unchanged"])


def _changes(raw: Sequence[dict[str, Any]]) -> tuple[Change, ...]:
    return tuple(
        Change(
            each["id"], Side(**each["before"]), Side(**each["after"]), tuple(each["causes"]), _changes(each["checks"])
        )
        for each in raw
    )


def compare(old: str, before: Record, made_with: Mark, after: Record, mark: Mark) -> Diff:
    """What changed from `before`, a run `made_with` this, to `after`. An empty mark is of a run that left none."""
    run, unknown = _run(made_with, mark)
    earlier = {each.student: each for each in before.submissions}
    later = {each.student: each for each in after.submissions}
    both = [student for student in earlier if student in later]
    found = [_student(earlier[student], later[student], run) for student in both]
    students = tuple(each for each in found if each.exercises or each.by)
    return Diff(
        old, run, unknown, students, tuple(sorted(later.keys() - earlier.keys())),
        tuple(sorted(earlier.keys() - later.keys())), len(both) - len(students),
    )  # fmt: skip


def _run(before: Mark, after: Mark) -> tuple[tuple[RunChange, ...], tuple[str, ...]]:
    changes = [
        RunChange(what, "", str(before[what]), str(after[what]))
        for what in RUN
        if what in before and before[what] != after[what]
    ]
    exercises, now = before.get("exercises", {}), after["exercises"]
    changes += [
        RunChange("exercise", id, exercises[id], now[id]) for id in now if id in exercises and exercises[id] != now[id]
    ]
    unknown = [what for what in RUN if what not in before]
    return tuple(changes), (*unknown, *(() if "exercises" in before else ("exercise",)))


def _student(before: SubmissionResult, after: SubmissionResult, run: Sequence[RunChange]) -> StudentChange:
    earlier = {each.id: each for each in before.exercises}
    later = {each.id: each for each in after.exercises}
    changes = []
    for id in dict.fromkeys([*earlier, *later]):
        change = _exercise(id, earlier.get(id), later.get(id), run)
        if change is not None:
            changes.append(change)
    causes = ("late",) if before.penalty != after.penalty else ()
    return StudentChange(before.student, before.score, after.score, causes, tuple(changes))


def _exercise(
    id: str, before: ExerciseResult | None, after: ExerciseResult | None, run: Sequence[RunChange]
) -> Change | None:
    old = {each.id: each for each in before.checks} if before else {}
    new = {each.id: each for each in after.checks} if after else {}
    checks = tuple(
        Change(check, _side(old.get(check)), _side(new.get(check)))
        for check in dict.fromkeys([*old, *new])
        if _verdict(old.get(check)) != _verdict(new.get(check))
    )
    if not checks and _verdict(before) == _verdict(after):
        return None
    return Change(id, _side(before), _side(after), _causes(id, before, after, run), checks)


def _verdict(result: ExerciseResult | CheckResult | None) -> Side:
    return replace(_side(result), message="")


def _side(result: ExerciseResult | CheckResult | None) -> Side:
    return Side(result.status, result.score, result.points, result.message) if result else Side()


def _causes(
    id: str, before: ExerciseResult | None, after: ExerciseResult | None, run: Sequence[RunChange]
) -> tuple[str, ...]:
    """Everything recorded that is not as it was, and may be why."""
    found = []
    if before is not None and after is not None:
        if before.digest != after.digest:
            found.append("submission")
        if before.follow_through != after.follow_through:
            found.append("import")
        if _instructors(before) != _instructors(after):
            found.append("instructor")
    own = [each.id for each in run if each.what == "exercise"]
    if id in own:
        found.append("exercise")
    elif not own and any(each.what == "course" for each in run):  # its settings, or nobody knows which exercise
        found.append("course")
    return (*found, *(each.what for each in run if each.what in _ALL_CAUSES))


def _instructors(result: ExerciseResult) -> list[Any]:
    """What an instructor gave."""
    given = [(each.id, each.score, each.extra_credit) for each in result.checks if each.auto_score is not None]
    extra = [(each.id, each.extra_credit) for each in result.checks if each.extra_credit]
    return [result.manual_score, given, extra]


def reason(causes: Sequence[str]) -> str:
    """Causes in words."""
    return _("; ").join(_(CAUSES[each]) for each in causes) or _("nothing that is recorded explains it")
