"""Source text of one exercise, a student's or the author's: how it is loaded, and what is forbidden in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from autograder.compare import Mismatch
from autograder.errors import CourseError
from autograder.exercise import Course, Exercise
from autograder.grading.handles import Seen
from autograder.grading.restrictions import find_in_source, find_in_trace, restriction
from autograder.grading.supplier import forms
from autograder.language import _
from autograder.submission.syntax import imports


class Code(Protocol):
    """What is graded; see `submission.Source` for a student's."""

    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def helpers(self) -> Mapping[str, str]: ...
    def where(self, line: int) -> str: ...
    def line(self, line: int) -> str: ...


@dataclass(frozen=True)
class AuthorCode:
    """A file of the course's author, graded as if it had been handed in."""

    name: str
    text: str
    helpers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> AuthorCode:
        try:
            return cls(path.name, path.read_text(encoding="utf-8"))
        except OSError as error:
            raise CourseError(path, None, "file-unreadable", reason=error.strerror) from None

    def where(self, line: int) -> str:
        return _("{file}, line {line}").format(file=self.name, line=line)

    def line(self, line: int) -> str:
        lines = self.text.splitlines()
        return lines[line - 1] if 0 < line <= len(lines) else ""


def imported(course: Course, exercise: Exercise, code: Code) -> list[Exercise]:
    """The other exercises of the course that the code imports, or that a file of the student's does for it."""
    found: set[str] = set()
    pending = [code.text]
    while pending:
        new = imports(pending.pop()) - found
        found |= new
        pending += [code.helpers[name] for name in new if name in code.helpers]
    return [each for each in course.exercises if each.id in found and each.id != exercise.id]


def reached(course: Course, exercise: Exercise, sources: Mapping[str, Code | str]) -> list[Exercise]:
    """The exercises that a student's file imports, or that one of theirs does that it imports, and so on.

    The exercise itself is one of them where its imports lead back to it.
    """
    found: dict[str, Exercise] = {}
    pending = [exercise]
    while pending:
        each = pending.pop()
        code = sources.get(each.id)
        new = [] if code is None or isinstance(code, str) else imported(course, each, code)
        new = [other for other in new if other.id not in found]
        found |= {other.id: other for other in new}
        pending += new
    return [each for each in course.exercises if each.id in found]


def suppliable(course: Course, exercise: Exercise, code: Code) -> dict[str, Exercise]:
    """Of the exercises that the code imports those of which the grader can supply something."""
    return {each.id: each for each in imported(course, exercise, code) if can_supply(course, each, exercise)}


def can_supply(course: Course, other: Exercise, exercise: Exercise) -> bool:
    """Whether something of `other` can be supplied to `exercise`: no later one, whose answer may hold the answer."""
    return other in course.before(exercise) and bool(forms(other))


def loading(exercise: Exercise, code: Code, supplied: Mapping[str, Exercise]) -> dict[str, Any]:
    """The request that loads the code; what is of `supplied` exercises asks the grader when called."""
    return {
        "op": "load",
        "module": exercise.id,
        "file": code.name,
        "text": code.text,
        "helpers": dict(code.helpers),
        "supplied": {id: forms(each) for id, each in supplied.items()},
    }


def watch(exercise: Exercise, code: Code, supplied: Collection[str], seen: Seen) -> None:
    """Fail if what was seen is forbidden, or what the functions that were called can reach."""
    helpers = {name: text for name, text in code.helpers.items() if name not in supplied}
    for entry in exercise.forbid:
        rule = restriction(entry)
        found = find_in_source(code.text, helpers, seen.names or exercise.implement, rule, exercise.implement)
        found += find_in_trace(seen.operators, seen.calls, rule)
        if found:
            raise Mismatch(found[0].message, misconception=rule.id)
