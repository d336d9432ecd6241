"""The mutants of one reference: every operator's, without those that do not compile or say the same."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.exercise import Exercise
from autograder.grading.code import AuthorCode
from autograder.mutants import general, tensors
from autograder.mutants.places import Source, source_of


@dataclass(frozen=True)
class Mutant:
    """An altered reference: `before` are the lines that were altered, `after` what they became."""

    operator: str
    line: int
    text: str
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others however the file is formatted, wherever the lines stand."""
        return _dense(self.before), _dense(self.after)

    @property
    def diff(self) -> str:
        """The lines that went and those that came."""
        gone = [f"- {line}" for line in self.before.splitlines()]
        return "\n".join([*gone, *(f"+ {line}" for line in self.after.splitlines())])


def mutants_of(exercise: Exercise) -> list[Mutant]:
    """Every mutant of the exercise's reference, in the order of its lines. Raises `UsageError` without cosmic-ray."""
    source = source_of(AuthorCode.of(exercise.solution).text, exercise.implement)
    seen = {ast.dump(source.tree)}
    found = []
    for operator, text in _texts(source):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                tree = ast.parse(text)
                compile(text, exercise.solution.name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        if (said := ast.dump(tree)) not in seen:
            seen.add(said)
            found.append(_mutant(source, operator, text))
    return sorted(found, key=lambda mutant: mutant.line)


def _texts(source: Source) -> Iterator[tuple[str, str]]:
    for name, _, text in general.mutations(source):
        yield name, text
    for edit in tensors.edits(source):
        yield edit.operator, source.with_text(edit.span, edit.text)


def _mutant(source: Source, operator: str, text: str) -> Mutant:
    """The mutant, with the lines that differ."""
    old, new = source.lines, text.split("\n")
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changes = [step for step in steps if step[0] != "equal"]
    first, last = changes[0][1], changes[-1][2]
    before, after = old[first:last], new[changes[0][3] : changes[-1][4]]
    return Mutant(operator, first + 1, text, _flush(before), _flush(after))


def _flush(lines: list[str]) -> str:
    """Without the indentation that they share."""
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[indent:].rstrip() for line in lines)


def _dense(text: str) -> str:
    return "".join(text.split())
