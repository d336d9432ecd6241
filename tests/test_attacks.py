"""Hostile students, graded in one class with honest ones; what they are and how they are judged: benchmarks/hostile.py.

One isolation level, that of this machine; `python -m benchmarks.attacks` goes through all of them.
"""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.classroom import Class, grade_class
from benchmarks.hostile import ROOT, Attack, Entry, attacks
from benchmarks.judge import damage, gain, learnt, outcome

Each = Attack | Entry
FOUND = attacks()
TESTS, PACKAGE = ROOT / "tests", ROOT / "autograder"
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
each_attack = pytest.mark.parametrize("attack", FOUND, ids=lambda attack: attack.id)


@pytest.fixture(scope="module")
def graded() -> Iterator[Class]:
    with tempfile.TemporaryDirectory(prefix="attacks-") as name:  # pytest's own are closed to other users
        Path(name).chmod(0o755)
        (folder := Path(name) / "class").mkdir()
        yield grade_class(folder)


@each_attack
def test_an_attack_comes_to_what_its_folder_says(attack: Each, graded: Class) -> None:
    assert outcome(attack, graded) == attack.status, graded.result(attack)


@each_attack
def test_an_attack_gains_no_marks(attack: Each, graded: Class) -> None:
    assert gain(attack, graded) <= 0
    if attack.status == "passed":  # nor does the attempt cost any, if the work is right
        assert gain(attack, graded) == 0, graded.result(attack)["checks"]


@each_attack
def test_an_attack_learns_nothing(attack: Each, graded: Class) -> None:
    assert learnt(attack, graded) == []


@each_attack
def test_an_attack_says_what_it_is(attack: Each) -> None:
    assert attack.statement


def test_nothing_is_harmed(graded: Class) -> None:
    """Neither the run, nor honest students, nor files, nor the machine."""
    assert damage(graded) == []


def test_there_are_many() -> None:
    assert len(FOUND) >= 150


def test_every_recipe_of_the_study_is_held_or_says_why_not() -> None:
    """By attacks and tests that exist: docs/security.md, the table of recipes."""
    known = {attack.id for attack in FOUND}
    found = []
    for numbers, tries, holders in re.findall(r"^\| ([\d, ]+) \| (.+) \| (.+) \|$", PAGE, re.MULTILINE):
        found += [int(number) for number in numbers.split(",")]
        if tries.startswith("*"):
            continue
        for holder in re.findall(r"`([^`]+)`", holders):
            file, _colons, name = holder.partition("::")
            if file.endswith(".py"):
                assert f"{name}" in (TESTS / file).read_text(encoding="utf-8"), holder
            else:
                assert holder in known, holder
    assert sorted(found) == [*range(1, 99)]


# Where code may be run that is not this package's own: in the worker; and what the author of a course wrote.
RUNS_CODE = {
    "sandbox/modules.py": {"exec"},
    "grading/reference.py": {"exec_module"},
    "proof/layout.py": {"exec_module"},
    "figures.py": {"runpy", "run_path"},
}
LOADING = {"exec_module", "load_module", "run_path", "run_module"}
UNPICKLING = {"pickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "runpy"}


def test_nothing_that_is_handed_in_can_run_here() -> None:
    """No unpickling, evaluating or loading of code, but where the list says so."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    used = {alias.name.partition(".")[0] for alias in names} & UNPICKLING
                case ast.ImportFrom(module=str(module)):
                    used = {module.partition(".")[0]} & UNPICKLING
                case ast.Call(func=ast.Name(id=called)):
                    used = {called} & {"eval", "exec"}
                case ast.Call(func=ast.Attribute(value=ast.Name(id="torch" | "np" | "numpy"), attr="load")):
                    used = {"load"}
                case ast.Call(func=ast.Attribute(attr=called)):
                    used = {called} & LOADING
                case _:
                    continue
            assert used <= RUNS_CODE.get(name, set()), f"{name}, line {node.lineno}"
