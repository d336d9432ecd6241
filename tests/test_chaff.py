"""A submission becomes a chaff: the file, the hint to be written, and what is refused."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder.chaff import new_chaff
from autograder.cli import main
from autograder.errors import UsageError
from autograder.exercise import load_course, load_exercise

SOURCE = '''# -*- coding: latin-1 -*-
"""The stub's
docstring."""
from __future__ import annotations


def double(x):
    return x ** 2
'''

FIRST = """# mine
format: 1
order: 1
title: Twice
implement: [double]
misconceptions:  # ideas
  halved: >-
    Two
    lines.
"""
LAST = """
# the last
points: 10
"""


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    path = tmp_path / "alice" / "double.py"
    path.parent.mkdir()
    path.write_text(SOURCE)
    return path


def test_it_lies_where_its_check_looks_for_it_and_compiles(toy_course, submission):
    path, rest = new_chaff(toy_course, "squared-it", submission, "double", "values")

    text = path.read_text()
    assert path == toy_course.root / "reference/double/chaff/values/squared_it.py"
    assert (ast.get_docstring(ast.parse(text)) or "").startswith("TODO")
    assert "coding" not in text
    assert "docstring" not in text
    compile(text, "squared_it.py", "exec")
    assert "return x ** 2" in text
    assert [word in "\n".join(rest) for word in ("hint", "autograde validate --exercise double")] == [True, True]


def test_exercise_yaml_gets_a_hint_to_be_written_and_is_otherwise_the_same(make_course, submission):
    before = FIRST + LAST
    course = make_course({"double/exercise.yaml": before})

    new_chaff(course, "squared-it", submission, "double", "values")

    added = "  squared-it: >-\n    TODO: explain the wrong idea in one or two sentences, without the code.\n"
    assert course.exercise("double").folder.joinpath("exercise.yaml").read_text() == FIRST + added + LAST


def test_a_known_misconception_gets_another_variant_and_no_hint(toy_course, submission):
    path, rest = new_chaff(toy_course, "halved", submission, "double", "values")

    assert path.name == "halved_2.py"
    assert load_exercise(path.parents[2]).misconceptions == toy_course.exercise("double").misconceptions
    assert "hint" not in "\n".join(rest)


def test_misconceptions_are_begun_where_there_are_none(toy_course, tmp_path):
    source = tmp_path / "quadruple.py"
    source.write_text("import helper\nfrom double import double\n\ndef quadruple(x):\n    return x\n")

    new_chaff(toy_course, "same", source, "quadruple", "values")

    assert set(load_exercise(toy_course.root / "reference/quadruple").misconceptions) == {"same"}


def test_what_lay_beside_it_is_named(toy_course, submission):
    submission.write_text("import helper\n\ndef double(x):\n    return helper.f(x)\n")
    (submission.parent / "helper.py").write_text("def f(x): return x\n")

    _, rest = new_chaff(toy_course, "same", submission.parent, "double", "values")

    assert any("`helper`" in each for each in rest)


def test_code_that_does_not_parse_is_copied_as_it_is(toy_course, submission):
    submission.write_text("def double(x)\n    return x\n")

    path, _ = new_chaff(toy_course, "no-colon", submission.parent, "double", "interface")

    assert path.read_text().endswith('"""\n\ndef double(x)\n    return x\n')


def test_a_statement_behind_the_docstring_stays(toy_course, submission):
    submission.write_text("'doc'; a = 'b'\ndef double(x):\n    return a\n")

    path, _ = new_chaff(toy_course, "texts", submission, "double", "values")

    assert "a = 'b'" in path.read_text()


@pytest.mark.parametrize(
    ("id", "exercise", "check", "complaint"),
    [
        ("Squared", "double", "values", "cannot name a misconception"),
        ("../x", "double", "values", "cannot name a misconception"),
        ("squared-2", "double", "values", "cannot name a misconception"),
        ("squared", "treble", "values", "no exercise `treble`"),
        ("squared", "double", "value", r"test_hidden\.py: no check `value` .*\n.*interface, shapes"),
    ],
)
def test_wrong_names_are_refused_and_change_nothing(toy_course, submission, id, exercise, check, complaint):
    with pytest.raises(UsageError, match=complaint):
        new_chaff(toy_course, id, submission, exercise, check)

    assert not (toy_course.root / "reference/double/chaff/values/squared.py").exists()


def test_a_submission_that_cannot_be_used_is_named(toy_course, tmp_path):
    broken = tmp_path / "eve.zip"
    broken.write_bytes(b"no archive")

    for path, complaint in ((tmp_path / "nobody", "no such file"), (broken, "cannot be read")):
        with pytest.raises(UsageError, match=complaint):
            new_chaff(toy_course, "squared", path, "double", "values")


def test_hints_in_flow_style_are_left_to_the_author(make_course, submission):
    flow = "format: 1\norder: 1\ntitle: Twice\npoints: 10\nimplement: [double]\nmisconceptions: {halved: Two.}\n"
    course = make_course({"double/exercise.yaml": flow})

    with pytest.raises(UsageError, match=r"exercise\.yaml:6: a hint for `squared` cannot be added"):
        new_chaff(course, "squared", submission, "double", "values")
    assert course.exercise("double").folder.joinpath("exercise.yaml").read_text() == flow


def test_the_command_says_what_is_left_to_do(toy_course, submission, capsys):
    words = ["new", "--chaff", "squared", "--from", str(submission), "--exercise", "double", "--check", "values"]

    assert main([*words, "--course", str(toy_course.root)]) == 0
    assert "  3. autograde validate --exercise double" in capsys.readouterr().out
    assert [path.stem for path in load_course(toy_course.root).exercise("double").chaffs].count("squared") == 1
    assert main([*words[:-2], "--course", str(toy_course.root)]) == 2
    assert main(["new"]) == 2
