"""The round trip with nbgrader's own commands and its formgrader: a course, a class, grades, and a correction."""

from __future__ import annotations

import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.exercise import load_course
from autograder.handout import hand_out

ROOT = Path(__file__).parents[1]
ONE, OTHER = "corr2d", "conv1x1"
EXERCISES = (ONE, OTHER)
TOKEN = "for-this-test"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("course")
    for name in EXERCISES:
        shutil.copytree(ROOT / "reference" / name, root / "reference" / name)
    (root / "reference" / "course.yaml").write_text("format: 1\nname: cnn\nsalt: of this test\n")
    return root


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a command of this environment, as if it were activated, and demands that it succeeds."""
    home = tmp_path_factory.mktemp("home")
    bin = str(Path(sys.executable).parent)
    mine = {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    environment = os.environ | mine | {"PATH": os.pathsep.join([bin, os.environ["PATH"]])}

    def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture(scope="module")
def classroom(course: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The nbgrader course, known to nbgrader's gradebook."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    hand_out(load_course(course), folder, "notebook")
    before = released(folder)
    run("nbgrader", "generate_assignment", "cnn", cwd=folder)
    assert released(folder) == before  # ours is, to the byte, what nbgrader makes of the source version
    return folder


def released(folder: Path) -> dict[str, bytes]:
    release = folder / "release"
    return {path.relative_to(release).as_posix(): path.read_bytes() for path in release.rglob("*") if path.is_file()}


def solve(folder: Path, exercise: str, text: str) -> Any:
    """The released notebook with the text in its solution cell."""
    notebook = nbformat.read(folder / "release" / "cnn" / f"{exercise}.ipynb", 4)
    (cell,) = [cell for cell in notebook.cells if cell.metadata.nbgrader.solution]
    cell.source = text
    return notebook


def hand_in(folder: Path, student: str, notebooks: dict[str, Any]) -> None:
    place = folder / "submitted" / student / "cnn"
    shutil.copytree(folder / "release" / "cnn" / "exercises", place / "exercises")  # nbgrader collects all there is
    (place / "timestamp.txt").write_text("2026-11-25 09:00:00.123456 Europe/Berlin\n")
    for exercise, notebook in notebooks.items():
        text = notebook if isinstance(notebook, str) else json.dumps(notebook)
        (place / f"{exercise}.ipynb").write_text(text, encoding="utf-8")


def vandalised(notebook: Any) -> Any:
    """Statement, tests and graded cells deleted, the solution twice and once as text, metadata and ids gone."""
    (cell,) = [cell for cell in notebook.cells if cell.metadata.nbgrader.solution]
    text = nbformat.from_dict(cell | {"cell_type": "markdown"})
    plot = {"cell_type": "code", "source": "%matplotlib inline\nimport pylab\npylab.plot(corr2d(1, 2))", "outputs": []}
    error = {"output_type": "error", "ename": "<script>alert(1)</script>", "traceback": [{"not": "text"}]}
    again = {"cell_type": "code", "source": cell.source, "outputs": [error] * 3}
    return {"nbformat": 4, "metadata": {"kernelspec": None}, "cells": [text, plot, again, {"cell_type": "sideways"}]}


@pytest.fixture(scope="module")
def grades(course: Path, classroom: Path, run: Run) -> dict[str, float]:
    """The totals in grades.csv of six students, by student; all of them of 20 points."""
    reference = {name: (course / "reference" / name / "solution.py").read_text() for name in EXERCISES}
    chaffs = {name: load_course(course).exercise(name).chaffs for name in EXERCISES}
    right = {name: solve(classroom, name, text) for name, text in reference.items()}
    hand_in(classroom, "ada", right)
    for student, number in (("bob", 0), ("cem", -1)):  # two misconceptions each
        wrong = {name: solve(classroom, name, paths[number].read_text()) for name, paths in chaffs.items()}
        hand_in(classroom, student, wrong)
    hand_in(classroom, "dan", {name: vandalised(notebook) for name, notebook in right.items()})
    hand_in(classroom, "eve", {ONE: nbformat.read(classroom / f"release/cnn/{ONE}.ipynb", 4), OTHER: "no notebook"})
    hand_in(classroom, "fay", {OTHER: right[OTHER]})
    run("autograder", "grade", "submitted", "--course", str(course), cwd=classroom)
    with (classroom / "grades" / "grades.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(float(row["out_of"]) == 20 for row in rows)
    return {row["student"]: float(row["total"]) for row in rows}


def exported(classroom: Path, run: Run) -> dict[str, float]:
    run("nbgrader", "export", cwd=classroom)
    with (classroom / "grades.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(float(row["max_score"]) == pytest.approx(20) for row in rows)
    return {row["student_id"]: float(row["score"]) for row in rows}


def test_six_students_get_what_they_earned(grades: dict[str, float]) -> None:
    assert list(grades) == ["ada", "bob", "cem", "dan", "eve", "fay"]
    assert grades["ada"] == grades["dan"] == 20
    assert grades["eve"] == 0
    assert grades["fay"] == 10
    assert 0 < grades["bob"] < 20
    assert 0 < grades["cem"] < 20


def test_nbgrader_exports_the_same_totals(grades: dict[str, float], classroom: Path, run: Run) -> None:
    assert exported(classroom, run) == pytest.approx(grades)


def test_a_solved_copy_is_valid_and_the_handout_is_not(course: Path, classroom: Path, run: Run) -> None:
    """Both are executed by Jupyter's kernel, cell after cell, and the public tests with them."""
    place = classroom / "release" / "cnn"
    solved = solve(classroom, ONE, (course / "reference" / ONE / "solution.py").read_text())
    nbformat.write(solved, place / "solved.ipynb")
    said = run("nbgrader", "validate", "solved.ipynb", cwd=place).stdout
    assert "Success! Your notebook passes all the tests." in said
    said = run("nbgrader", "validate", f"{OTHER}.ipynb", cwd=place).stdout
    assert "VALIDATION FAILED ON 1 CELL(S)" in said
    assert "The tests above do not all pass." in said
    (place / "solved.ipynb").unlink()


# --- formgrader ------------------------------------------------------------------------------------------------


class Formgrader:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/formgrader"

    def get(self, path: str) -> str:
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"token {TOKEN}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.read().decode("utf-8"))

    def put(self, path: str, content: Any) -> None:
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(content).encode(), headers=headers, method="PUT")
        with urllib.request.urlopen(request, timeout=60):
            pass

    def api(self, path: str) -> Any:
        return json.loads(self.get(f"/api{path}"))


@pytest.fixture(scope="module")
def formgrader(
    classroom: Path, grades: dict[str, float], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Formgrader]:
    home = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "jpserver_extensions": "{'nbgrader.server_extensions.formgrader': True}", "ip": "127.0.0.1", "port": port,
        "open_browser": False, "allow_root": True, "root_dir": str(classroom),
    }  # fmt: skip
    command = [sys.executable, "-m", "jupyter_server", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
    mine = {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "JUPYTER_RUNTIME_DIR": str(home)}
    mine["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=classroom, env=os.environ | mine, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        found = Formgrader(port)
        for _ in range(600):
            try:
                found.api("/assignments")
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.1)
        yield found
    finally:
        server.terminate()
        server.wait()


def test_formgrader_lists_everybody_with_the_same_totals(formgrader: Formgrader, grades: dict[str, float]) -> None:
    listed = {each["student"]: each for each in formgrader.api("/submissions/cnn")}
    assert {student: each["score"] for student, each in listed.items()} == pytest.approx(grades)
    for each in listed.values():
        assert each["autograded"]
        assert not each["needs_manual_grade"]
        assert each["timestamp"] == "2026-11-25T08:00:00.123456"


def test_formgrader_opens_what_was_graded(formgrader: Formgrader) -> None:
    """With a box for every score and the comment, and nothing of the student's that could run in the browser."""
    shown = {each["student"]: each["id"] for each in formgrader.api(f"/submitted_notebooks/cnn/{ONE}")}
    assert set(shown) == {"ada", "bob", "cem", "dan", "eve"}
    page = formgrader.get(f"/submissions/{shown['dan']}/")
    assert 'id="corr2d-interface"' in page
    assert "corr2d-solution" in page
    assert "alert(1)" not in page
    grades = formgrader.api(f"/grades?submission_id={shown['dan']}")
    assert sum(each["auto_score"] for each in grades) == pytest.approx(10)
    (comment,) = [each for each in formgrader.api(f"/comments?submission_id={shown['bob']}") if each["auto_comment"]]
    assert "Hint:" in comment["auto_comment"]


def test_what_an_instructor_gives_there_reaches_every_file_and_survives(
    formgrader: Formgrader, grades: dict[str, float], course: Path, classroom: Path, run: Run
) -> None:
    shown = {each["student"]: each["id"] for each in formgrader.api(f"/submitted_notebooks/cnn/{ONE}")}
    lost = next(each for each in formgrader.api(f"/grades?submission_id={shown['bob']}") if each["auto_score"] == 0)
    formgrader.put(f"/api/grade/{lost['id']}", {"manual_score": 0.125, "extra_credit": 0.0})
    expected = grades | {"bob": grades["bob"] + 0.125}
    for command in (["report", "grades"], ["grade", "submitted", "--fresh", "--exercise", ONE, "--exercise", OTHER]):
        more = ["--course", str(course)] if command[0] == "grade" else []
        run("autograder", *command, *more, cwd=classroom)
        record = json.loads((classroom / "grades" / "results.json").read_text())
        assert {each["student"]: each["score"] for each in record["submissions"]} == pytest.approx(expected)
    assert exported(classroom, run) == pytest.approx(expected)
    listed = {each["student"]: each["score"] for each in formgrader.api("/submissions/cnn")}
    assert listed == pytest.approx(expected)


def test_nbgrader_alone_gives_nothing(
    course: Path, classroom: Path, grades: dict[str, float], run: Run, tmp_path: Path
) -> None:
    """Its autograder, run without ours, gives no point for hidden checks: full marks are what a silent cell gets."""
    folder = tmp_path / "course"
    shutil.copytree(classroom, folder)
    right = solve(folder, OTHER, (course / "reference" / OTHER / "solution.py").read_text())
    right.cells = [cell for cell in right.cells if cell.id != f"{OTHER}-public"]  # it takes long
    hand_in(folder, "zoe", {OTHER: right})
    run("nbgrader", "autograde", "cnn", "--student", "zoe", cwd=folder)
    totals = exported(folder, run)
    assert totals["zoe"] == 0.0
    assert totals["ada"] == grades["ada"]
