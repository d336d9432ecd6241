"""What lost marks, the worst first, and the student's own line that it is about."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.ci.commands import Annotation
from autograder.language import N_, _
from autograder.report.listing import named_line
from autograder.results import CheckResult, ExerciseResult, Record
from autograder.submission import Source, Submission
from autograder.submission.syntax import Unparsed, parse

_ELSEWHERE = re.compile(r"\b(\w+)\.py,? \D{0,8}(\d{1,7})\b")  # in any language


@dataclass(frozen=True)
class Finding:
    """A check, or an exercise as a whole, that lost `lost` points; `path` is below the checkout, if there is one."""

    exercise: str
    title: str
    text: str
    hint: str
    lost: float
    path: str = ""
    line: int | None = None

    def annotation(self) -> Annotation:
        text = f"{self.text}\n{_('hint')}: {self.hint}" if self.hint else self.text
        return Annotation("error", f"{self.exercise}: {self.title}", text or self.title, self.path, self.line)


def findings(record: Record, submission: Submission, implement: Mapping[str, Collection[str]]) -> list[Finding]:
    """What lost marks. Checks that only wait for another one are left out: it is the other one that is to be mended."""
    found: list[Finding] = []
    for result in record.submissions[0].exercises:
        source = submission.sources.get(result.id)
        known = source if isinstance(source, Source) else None
        if result.status == "graded":
            lost = [check for check in result.checks if check.status not in ("passed", "blocked", "skipped")]
            found += [_of_check(check, result.id, known, implement[result.id]) for check in lost]
        else:
            found.append(Finding(result.id, _(_TITLES[result.status]), result.message, "", _lost(result)))
    return sorted(found, key=lambda each: -each.lost)


_TITLES = {
    "missing": N_("not handed in"),
    "rejected": N_("cannot be read"),
    "ungraded": N_("could not be graded, through no fault of yours"),
}


def _lost(result: ExerciseResult) -> float:
    return float("inf") if result.status == "ungraded" else result.points


def _of_check(check: CheckResult, exercise: str, source: Source | None, implement: Collection[str]) -> Finding:
    path, line = _place(source, check.message, implement) if source else ("", None)
    return Finding(exercise, check.title, check.message, check.hint, check.points - check.score, path, line)


def _place(source: Source, message: str, implement: Iterable[str]) -> tuple[str, int | None]:
    """The file and line that a message names; else where what it speaks of begins. Cells of notebooks have no line."""
    line = named_line(source, message)
    if line is not None or source.cells:
        return source.path, None if source.cells else line
    if (found := _ELSEWHERE.search(message)) and found[1] in source.helpers:
        return str(PurePosixPath(source.path).with_name(f"{found[1]}.py")), int(found[2])
    begins = _definitions(source)
    spoken_of = [name for name in re.findall(r"`(\w+)", message) if name in begins]
    known = [*spoken_of, *(name for name in implement if name in begins)]
    return source.path, begins[known[0]] if known else 1


def _definitions(source: Source) -> dict[str, int]:
    """The lines on which functions and classes begin, by name."""
    try:
        nodes = parse(source.text).body
    except Unparsed:
        return {}
    return {node.name: node.lineno for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
