"""A run that would find again what an earlier one has left does nothing, and says so; any change is seen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import cli, grade
from autograder.exercise import Course
from autograder.unchanged import inputs, recall, remember


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada" / "double.py").write_text("def double(x): return 2 * x\n")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    (folder / "feedback" / "ada").mkdir(parents=True)
    (folder / "feedback" / "ada" / "index.html").write_text("well")
    (folder / "results.json").write_text("{}")
    return folder


def rewrite_in_place(path: Path) -> None:
    """Other bytes, as many, under the old time of change."""
    before = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Course, Path, Path], object]] = {
    "a submission": lambda course, work, out: (work / "ada" / "double.py").write_text("double = abs"),
    "its time alone is as it was": lambda course, work, out: rewrite_in_place(work / "ada" / "double.py"),
    "one more": lambda course, work, out: (work / "eve.py").write_text(""),
    "one less": lambda course, work, out: shutil.rmtree(work / "ada"),
    "a hidden test": lambda course, work, out: course.exercises[0].hidden_tests.write_text(""),
    "the course's settings": lambda course, work, out: rewrite_in_place(course.root / "reference" / "course.yaml"),
    "the results": lambda course, work, out: (out / "results.json").write_text("{...}"),
    "the gradebook": lambda course, work, out: (out / "gradebook.db").write_text(""),
    "a page": lambda course, work, out: (out / "feedback" / "ada" / "index.html").unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(toy_course: Course, handed_in: Path, out: Path, change: str) -> None:
    remember(out, inputs(toy_course, handed_in, ["cpu"]), "the mark")
    assert recall(out, inputs(toy_course, handed_in, ["cpu"])) == "the mark"
    CHANGES[change](toy_course, handed_in, out)
    assert recall(out, inputs(toy_course, handed_in, ["cpu"])) is None


def test_other_choices_and_places_are_other_inputs(toy_course: Course, handed_in: Path, tmp_path: Path) -> None:
    shutil.copytree(handed_in, tmp_path / "copy")
    found = {inputs(toy_course, handed_in, ["cpu"]), inputs(toy_course, handed_in, ["cpu", "double"])}
    assert len(found | {inputs(toy_course, tmp_path / "copy", ["cpu"])}) == 3


def test_what_python_compiles_is_no_change(toy_course: Course, handed_in: Path) -> None:
    before = inputs(toy_course, handed_in, [])
    (toy_course.root / "reference" / "double" / "__pycache__").mkdir()
    (toy_course.root / "reference" / "double" / "__pycache__" / "solution.pyc").write_text("")
    assert inputs(toy_course, handed_in, []) == before


def test_nothing_is_known_of_a_folder_without_results(tmp_path: Path) -> None:
    assert recall(tmp_path, "") is None
    assert not list(tmp_path.iterdir())


def test_the_second_run_says_what_the_first_said(
    toy_course: Course,
    handed_in: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = ["grade", str(handed_in), "--course", str(toy_course.root), "--out", str(tmp_path / "grades")]
    command += ["--exercise", "double", "--jobs", "1", "--require-isolation", "process", "--device", "cpu"]
    assert cli.main(command) == 0
    first = capsys.readouterr()
    assert "10/10" in first.out

    runs: list[object] = []
    whole = grade.grade_submissions
    monkeypatch.setattr(grade, "grade_submissions", lambda *args: (runs.append(args), whole(*args))[1])
    assert cli.main(command) == 0
    again = capsys.readouterr()
    assert (again.out, again.err) == (
        first.out,
        "nothing has changed since the last run; --fresh grades all the same\n",
    )
    assert not runs
    assert cli.main([*command, "--fresh"]) == 0
    assert len(runs) == 1
