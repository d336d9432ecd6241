"""Ours against nbgrader's autograder: the same notebooks of the same students, side by side in one run.

    python -m benchmarks.nbgrader [--students N] [--rounds N]

One exercise, with a right, another right or a wrong solution for each student. nbgrader grades by test cells that look
at the same aspects (nbgrader_cells.txt), without hints; `autograde grade` by the hidden checks, with diagnosis, pages,
gradebook and formgrader's notebooks. Each grades from scratch; what either needs once for a course is made before.
CPU seconds are those of the command and everything that it started and waited for.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat

from autograder.exercise import Course, Exercise, load_course
from autograder.handout import hand_out
from autograder.handout.cells import Cell, Role, source_version, written
from benchmarks.cost import ROOT, Cost, run

EXERCISE = "corr2d"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        _compare(Path(name), arguments.students, arguments.rounds)


def _compare(folder: Path, students: int, rounds: int) -> None:
    course = _course(folder / "course")
    ours, theirs = folder / "ours", folder / "theirs"
    hand_out(course, ours, "notebook")
    shutil.copytree(ours, theirs)
    exercise = course.exercise(EXERCISE)
    source = theirs / "source" / course.name / f"{EXERCISE}.ipynb"
    source.write_bytes(_with_tests(json.loads(source.read_text(encoding="utf-8"))))
    for place in (ours, theirs):
        _run(place, "nbgrader", "generate_assignment", course.name)
        _hand_in(place, course, exercise, students)
    costs: dict[str, list[Cost]] = {"autograde grade": [], "nbgrader autograde": []}
    for number in range(rounds):
        costs["autograde grade"].append(
            _run(ours, "autograder", "grade", "submitted", "--course", str(course.root), "--fresh")
        )
        shutil.rmtree(theirs / "grades" / "autograded", ignore_errors=True)
        costs["nbgrader autograde"].append(_run(theirs, "nbgrader", "autograde", course.name))
        print(f"round {number + 1}: " + ", ".join(f"{name} {each[-1].wall:.1f} s" for name, each in costs.items()))
    medians = {
        name: Cost(*(statistics.median(getattr(cost, part) for cost in found) for part in ("wall", "cpu", "megabytes")))
        for name, found in costs.items()
    }
    print(f"{students} notebooks of {EXERCISE}, {len(os.sched_getaffinity(0))} cores, median of {rounds}")
    for name, cost in medians.items():
        print(f"{name:20} {cost.wall:7.1f} s wall {cost.cpu:7.1f} s CPU {cost.megabytes:6.0f} MiB peak of one process")
    one, other = medians.values()
    print(f"{'ratio':20} {other.wall / one.wall:7.1f}        {other.cpu / one.cpu:7.1f}       "
          f"{other.megabytes / one.megabytes:6.1f}")  # fmt: skip
    _show_totals(ours, theirs)


def _course(root: Path) -> Course:
    """The course with this exercise alone."""
    shutil.copytree(ROOT / "reference" / EXERCISE, root / "reference" / EXERCISE)
    shutil.copy(ROOT / "reference" / "course.yaml", root / "reference")
    return load_course(root)


def _with_tests(notebook: dict[str, Any]) -> bytes:
    """The source version with tests in the graded cells, hidden as nbgrader hides them."""
    text = (Path(__file__).parent / "nbgrader_cells.txt").read_text(encoding="utf-8")
    tests = dict(part.split("\n", 1) for part in text.split("# %% ")[1:])
    cells = []
    for cell in notebook["cells"]:
        about = cell["metadata"]["nbgrader"]
        role = Role((about["grade"], about["solution"], about["locked"]))
        code = "".join(cell["source"])
        if role is Role.GRADED:
            code = f"### BEGIN HIDDEN TESTS\n{tests.pop(about['grade_id'].partition('-')[2])}### END HIDDEN TESTS"
        if about["grade_id"] != f"{EXERCISE}-public":  # it would have every notebook graded by our public tests, too
            cells.append(Cell(about["grade_id"], role, cell["cell_type"], code, about.get("points", 0.0)))
    if tests:
        sys.exit(f"no check is called {', '.join(tests)}")
    return written(source_version(cells))


def _hand_in(folder: Path, course: Course, exercise: Exercise, students: int) -> None:
    right = [exercise.solution, *exercise.wheats]
    wrong = exercise.chaffs[:: max(1, len(exercise.chaffs) // students)]
    for number in range(students):
        paths = right if number % 2 else wrong
        notebook = nbformat.read(folder / "release" / course.name / f"{exercise.id}.ipynb", 4)
        for cell in notebook.cells:
            if cell.metadata.nbgrader.solution:
                cell.source = paths[number // 2 % len(paths)].read_text(encoding="utf-8")
        place = folder / "submitted" / f"student_{number:03}" / course.name
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{exercise.id}.ipynb")


def _run(folder: Path, *command: str) -> Cost:
    return run(folder, sys.executable, "-m", *command)


def _show_totals(ours: Path, theirs: Path) -> None:
    """How often the two agree: they ask for the same, by different tests."""
    with (ours / "grades" / "grades.csv").open(encoding="utf-8") as file:
        mine = {row["student"]: float(row["total"]) for row in csv.DictReader(file)}
    _run(theirs, "nbgrader", "export")
    with (theirs / "grades.csv").open(encoding="utf-8") as file:
        other = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    full = [sum(each > 9.99 for each in totals.values()) for totals in (mine, other)]
    print(f"full marks: autograde {full[0]}, nbgrader {full[1]} of {len(mine)}")


if __name__ == "__main__":
    main()
