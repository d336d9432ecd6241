"""What can be said of an exercise's folder without grading anything."""

from __future__ import annotations

import doctest
import importlib.util
from collections.abc import Iterator
from pathlib import Path

from autograder.exercise import Exercise, misconception_of
from autograder.grading.session import GradingSession
from autograder.language import _
from autograder.results import tidy


def layout_problems(session: GradingSession, exercise: Exercise) -> Iterator[str]:
    """Points that do not add up, chaffs without a check or a hint, hints without a chaff."""
    checks = {item.check.name: item.check for item in session.items[exercise.id]}
    total = tidy(sum(check.points for check in checks.values()))
    if total != exercise.points:
        told = _("test_hidden.py: the checks are worth {total:g} points, exercise.yaml says {points:g}")
        yield told.format(total=total, points=exercise.points)
    for path in exercise.chaffs:
        if path.parent.name not in checks:
            yield _("{file}: there is no check `{check}`").format(file=where(exercise, path), check=path.parent.name)
        if misconception_of(path) not in exercise.misconceptions:
            told = _("{file}: exercise.yaml has no hint for `{id}`")
            yield told.format(file=where(exercise, path), id=misconception_of(path))
    embodied = {misconception_of(path) for path in exercise.chaffs}
    for id in exercise.misconceptions:
        if id not in embodied:
            yield _("exercise.yaml: no chaff embodies `{id}`").format(id=id)


def doctest_problems(exercise: Exercise) -> Iterator[str]:
    """The worked examples of the docstrings must hold; the author's code is trusted, and run here."""
    spec = importlib.util.spec_from_file_location(f"_doctest_{exercise.id}", exercise.solution)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        runner.run(test, out=said.append)
    if runner.tries == 0:
        yield _("solution.py: no docstring holds a worked example")
    if runner.failures:
        told = " ".join("".join(said).split())[:300]
        yield _("solution.py: a worked example does not hold: {told}").format(told=told)


def where(exercise: Exercise, path: Path) -> str:
    """The path below the exercise's folder."""
    return path.relative_to(exercise.folder).as_posix()
