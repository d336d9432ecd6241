"""A new exercise works at once, and bad names are refused."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import new as module
from autograder import shipped
from autograder.errors import UsageError
from autograder.exercise import load_exercise, misconception_of
from autograder.grading.restrictions import NAMED, find_in_source
from autograder.new import new
from autograder.release import release, stale
from autograder.shipped import templates_dir


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference/course.yaml").write_text("format: 1\nname: toy\nsalt: pepper\n")
    return tmp_path


def test_a_new_exercise_is_complete(course):
    folder = new(course, "depthwise_conv")

    exercise = load_exercise(folder)
    assert folder == course / "reference/depthwise_conv"
    assert exercise.title == "Depthwise conv"
    assert exercise.implement == ("depthwise_conv",)
    assert {misconception_of(path) for path in exercise.chaffs} == set(exercise.misconceptions)
    assert len(exercise.wheats) == 2
    assert [path.name for path in course.joinpath("reference").iterdir() if path.name.startswith(".")] == []


def test_every_file_of_it_is_filled_in_and_says_what_to_change(course):
    folder = new(course, "depthwise_conv")

    texts = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name, content in texts.items():
        assert b"{{" not in content, name
        assert b"\r" not in content, name
        assert content.endswith(b"\n"), name
        assert not name.endswith(".j2")
    for name in ("exercise.yaml", "README.md", "README.zh.md", "solution.py", "test_public.py", "test_hidden.py"):
        assert b"TODO" in texts[name], name


def test_new_exercises_come_last(course):
    orders = [load_exercise(new(course, id)).order for id in ("first", "second", "third")]

    assert orders == [1, 2, 3]


def test_it_can_be_released(course):
    new(course, "depthwise_conv")

    release(course)

    assert stale(course) == []


def test_it_passes_validate(course):
    """Reference and wheats in full, the stub nothing, every chaff caught and named."""
    new(course, "depthwise_conv")

    run = subprocess.run(
        [sys.executable, "-m", "autograder", "validate", "--course", str(course), "--exercise", "depthwise_conv"],
        capture_output=True, text=True, timeout=300, cwd=Path(__file__).parents[1],
    )  # fmt: skip

    assert "depthwise_conv: reference 10/10, stub 0, 2 of 2 wheats full, 5 of 5 chaffs caught" in run.stdout, run
    assert run.returncode == 0


def test_its_solutions_break_no_restriction(course):
    exercise = load_exercise(new(course, "depthwise_conv"))

    for path in (exercise.solution, *exercise.wheats):
        assert find_in_source(path.read_text(), {}, exercise.implement, NAMED["conv-call"]) == []


@pytest.mark.parametrize(
    ("id", "reason"),
    [
        ("", "in small letters"), ("Conv", "in small letters"), ("conv-2d", "in small letters"), ("2d", "in small"),
        ("a b", "in small letters"), ("../up", "in small letters"), ("a__b", "in small"), ("a_", "in small letters"),
        ("卷积", "in small letters"), ("conv\n", "in small letters"), (".hidden", "in small letters"),
        ("lambda", "because Python uses it"), ("match", "because Python uses it"), ("sum", "because Python uses it"),
        ("statistics", "because there is a module of this name"), ("torch", "because there is a module of this name"),
        ("solution", "because there is a module of this name"),
    ],
)  # fmt: skip
def test_a_bad_name_is_refused_with_what_to_do(course, id, reason):
    with pytest.raises(UsageError, match=re.escape(f"`{id}` cannot name an exercise")) as caught:
        new(course, id)

    assert reason in str(caught.value)
    assert "choose a snake_case noun such as `depthwise_conv`" in str(caught.value)
    assert [path.name for path in (course / "reference").iterdir()] == ["course.yaml"]


def test_an_existing_exercise_is_left_alone(course):
    solution = new(course, "pooling") / "solution.py"
    solution.write_text("mine")

    with pytest.raises(UsageError, match="exists already"):
        new(course, "pooling")

    assert solution.read_text() == "mine"


def test_a_folder_that_is_no_course_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"is not a course: it has no reference/ folder"):
        new(tmp_path, "pooling")


def test_a_failure_leaves_nothing_behind(course, monkeypatch, tmp_path):
    broken = tmp_path / "templates"
    (broken / "exercise").mkdir(parents=True)
    (broken / "exercise/a.py.j2").write_text("fine")
    (broken / "exercise/b.py.j2").write_text("{{ unknown }}")
    monkeypatch.setattr(module, "templates_dir", lambda: broken)

    with pytest.raises(Exception, match="'unknown' is undefined"):
        new(course, "pooling")

    assert [path.name for path in (course / "reference").iterdir()] == ["course.yaml"]


def test_templates_are_found_beside_the_package_and_in_it(tmp_path, monkeypatch):
    assert (templates_dir() / "exercise/solution.py.j2").is_file()

    package = tmp_path / "site-packages/autograder"
    (package / "templates").mkdir(parents=True)
    monkeypatch.setattr(shipped, "PACKAGE", package)
    assert templates_dir() == package / "templates"

    (package / "templates").rmdir()
    with pytest.raises(UsageError, match="install autograde again"):
        templates_dir()
