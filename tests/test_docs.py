"""What the site of docs/ is made of: pages out of the code, and the look at links that ends its build."""

from __future__ import annotations

import argparse
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

import autograder
from autograder import cli, keys
from autograder.exercise import Course, load_course
from autograder.results import (
    CheckResult,
    CheckStatus,
    ExerciseResult,
    ExerciseStatus,
    Isolation,
    Kind,
    Late,
    Record,
    SubmissionResult,
    write_record,
)  # fmt: skip
from autograder.sandbox.isolation import LEVELS
from docs.hooks import checks, commands, links, record
from docs.hooks import keys as key_pages

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = json.loads(record.SCHEMA.read_text(encoding="utf-8"))
FAIL = CheckResult("toy/values", "value", "It holds.", "failed", 0, 4, "odd", "halved", "Not by two.")
DIGEST = "sha256:" + "0" * 64
GRADED = ExerciseResult("toy", "graded", 0, 4, "", (), DIGEST, 0.1, (FAIL,))
DUE = "2026-12-01T23:59:00+01:00"


def problems(found: Any) -> list[str]:
    """What the schema has against a results.json."""
    validator = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
    return [f"{each.json_path}: {each.message}" for each in validator.iter_errors(found)]


def written(folder: Path, *results: ExerciseResult, late: Late | None = None) -> Any:
    submission = SubmissionResult("alice", results, late)
    isolation = Isolation("uid", ("uid", "seccomp"), {"landlock": "this kernel has none"})
    exercises = tuple((each.id, "A title", 4.0) for each in results)
    extra = frozenset(each.id for each in results if each.extra_credit)
    write_record(Record("toy", "cpu", isolation, exercises, (submission,), extra), folder)
    return json.loads((folder / "results.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "result",
    [
        GRADED,
        ExerciseResult("toy", "missing", 0, 4, "not handed in"),
        ExerciseResult("toy", "rejected", 0, 4, "not Python", digest=DIGEST),
        ExerciseResult("toy", "ungraded", None, 4, "held"),
        ExerciseResult("toy", "ungraded", 3, 4, "held", manual_score=3, comment="Read by hand."),
        replace(GRADED, checks=(replace(FAIL, score=3, auto_score=0, extra_credit=0.5),), score=3.5),
        replace(GRADED, extra_credit=True, follow_through=("corr2d",)),
        replace(GRADED, checks=(replace(FAIL, status="skipped", misconception=None, hint=""),), points=0),
    ],
)  # fmt: skip
def test_results_follow_their_schema(result, tmp_path):
    assert problems(written(tmp_path, result)) == []


@pytest.mark.parametrize("submitted", [None, "2026-12-02T10:00:00+01:00"])
def test_late_results_follow_their_schema(submitted, tmp_path):
    assert problems(written(tmp_path, GRADED, late=Late(DUE, submitted, 36060.0 if submitted else 0.0, 0.9))) == []


@pytest.mark.parametrize(
    "result",
    [
        replace(GRADED, score=None),
        replace(GRADED, status="lost"),
        replace(GRADED, digest="md5:0"),
        replace(GRADED, checks=(replace(FAIL, kind="mood"),)),
        replace(GRADED, checks=(replace(FAIL, id="values"),)),
        replace(GRADED, checks=(replace(FAIL, misconception=1),)),
    ],
)  # fmt: skip
def test_the_schema_finds_results_of_another_form(result, tmp_path):
    assert len(problems(written(tmp_path, result))) == 1


def test_the_schema_knows_every_key_and_word():
    parts = SCHEMA["$defs"]

    Draft202012Validator.check_schema(SCHEMA)
    assert parts["check"]["properties"].keys() == {each.name for each in fields(CheckResult)}
    assert parts["result"]["properties"].keys() == {each.name for each in fields(ExerciseResult)}
    assert parts["late"]["properties"].keys() == {*(each.name for each in fields(Late)), "penalty"}
    assert parts["check"]["properties"]["kind"]["enum"] == [*get_args(Kind)]
    assert parts["check"]["properties"]["status"]["enum"] == [*get_args(CheckStatus)]
    assert parts["result"]["properties"]["status"]["enum"] == [*get_args(ExerciseStatus)]
    assert parts["isolation"]["properties"]["level"]["enum"] == [*LEVELS]
    assert [name for name in parts["result"]["properties"] if f"`{name}`" not in record.page()] == []


@pytest.mark.parametrize("name", ["COURSE", "LATE", "EXERCISE", "LIMITS"])
def test_every_key_has_its_line_on_a_page(name):
    page = key_pages.course_page() + key_pages.exercise_page()

    assert [each.name for each in getattr(keys, name) if f"| `{each.name}` |" not in page] == []


def test_the_examples_of_keys_can_be_read(toy_course: Course):
    """A course whose files hold every key, with the values that the pages show."""
    reference = toy_course.root / "reference"
    exercise = next(reference.glob("*/exercise.yaml"))
    course = {each.name: yaml.safe_load(each.example) for each in keys.COURSE}
    course["limits"] = {f"{exercise.parent.name}/values": 90}
    course["late"] = {each.name: yaml.safe_load(each.example) for each in keys.LATE}
    settings = {each.name: yaml.safe_load(each.example) for each in keys.EXERCISE}
    settings["limits"] = {each.name: yaml.safe_load(each.example) for each in keys.LIMITS}
    (reference / "course.yaml").write_text(yaml.safe_dump(course), encoding="utf-8")
    exercise.write_text(yaml.safe_dump(settings), encoding="utf-8")

    loaded = load_course(toy_course.root)

    assert loaded.late is not None
    assert loaded.late.extensions.keys() == {"alice"}
    assert loaded.exercise(exercise.parent.name).limits.checks == {"accuracy": 40, "values": 90}


def test_the_page_of_commands_has_every_command_and_option():
    page = commands.page()
    (action,) = [each for each in cli.make_parser()._actions if isinstance(each, argparse._SubParsersAction)]

    for name, command in action.choices.items():
        section = page.split(f"## autograde {name}\n")[1].split("\n## ")[0]
        assert [each for option in command._actions for each in option.option_strings[:1] if each not in section] == []


def test_the_page_of_checks_has_every_public_name():
    page = checks.page()

    assert [name for name in autograder.__all__ if f"\n### {name}\n" not in page] == ["__version__"]


def test_every_page_is_in_the_navigation():
    """`make docs` says so as well, but not everybody who adds a page runs it."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")

    pages = [str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if page not in text] == []


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ('<a href="other.html#there">', ""),
        ('<a href="#here" id="here">', ""),
        ('<a href="https://example.org">', ""),
        ('<img src="data:image/png;base64,AA">', ""),
        ('<a href="gone.html">', "leads to no file"),
        ('<img src="gone.png">', "leads to no file"),
        ('<a href="other.html#gone">', "leads to no anchor"),
        ('<a href="#gone">', "leads to no anchor"),
        ('<script src="https://example.org/a.js">', "is fetched from another place"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "is fetched from another place"),
    ],
)
def test_a_reference_that_leads_nowhere_is_found(html, complaint, tmp_path):
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    (tmp_path / "other.html").write_text('<p id="there">', encoding="utf-8")

    found = list(links.complaints(tmp_path))

    assert [each.rpartition("` ")[2] for each in found] == [complaint] * bool(complaint)
