"""Ours against the peers: autograde grade, nbgrader autograde, otter run, a fresh pytest each, and the limit.

    python -m benchmarks.peers [--submissions N] [--otter VENV]

All grade the same submissions, each of one exercise, by the same checks: every hidden check with its examples. Ours
runs them outside the student's process. The others call them in it, a graded cell, a test case or a test for each, by
`benchmarks.plain`, which has no session, no sandbox and no diagnosis. The exercises are those up to the first that
trains or is about a device; solutions are wheats that import no other exercise, and every grader must give full marks.

- limit: torch loaded and warmed and the checks collected once, then a bare fork for each submission.
- autograde: what grading one takes in all processes, in a running grader; then the command for the whole class.
- nbgrader: one command for each block of the class, less a command that finds no submission.
- otter: `otter run`, one command a submission, as otter does without Docker. `otter grade` starts a container for each.
- pytest: one command a submission.

They take turns, block by block, and ratios are of the same block. CPU seconds are those of a process and of all
that it started. VENV is made with otter-grader from PyPI if it is not there; it uses the torch of this environment.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nbformat
import torch

from autograder.exercise import Exercise, load_course
from autograder.grading.code import imported
from autograder.grading.session import GradingSession
from autograder.grading.student import StudentGrader, Work
from autograder.handout.cells import BEGIN, END, Cell, Role, source_version, written
from autograder.sandbox.isolation import measure
from autograder.sandbox.warm import WarmProcess
from autograder.sandbox.zygote import warm_up
from autograder.submission import Source
from benchmarks import plain
from benchmarks.bare import compared, run_bare
from benchmarks.cost import ROOT, Cost, commit, run
from benchmarks.grading import graded, right_work

BLOCK = 5
ASSIGNMENT = "peers"
OTTER = "otter-grader==7.0.0"
LIMIT, OURS, NBGRADER, OTTER_RUN, PYTEST = "limit", "autograde grade", "nbgrader autograde", "otter run", "pytest each"
TARGETS = {LIMIT: 1.5, NBGRADER: 40, OTTER_RUN: 120, PYTEST: 40}


@dataclass(frozen=True)
class Submission:
    student: str
    exercise: Exercise
    text: str

    @property
    def work(self) -> Work:
        return Work(self.student, {self.exercise.id: Source(f"{self.exercise.id}.py", self.text)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=20, help="how many (default: 20)")
    parser.add_argument("--otter", type=Path, default=ROOT / ".venv" / "otter", help="its environment")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    _install_otter(arguments.otter.resolve())
    course = load_course(ROOT)
    with tempfile.TemporaryDirectory() as name, WarmProcess() as warm:
        isolation = measure(warm)
        warm.ready()
        session = GradingSession(course, course.exercises, public=False)

        def compare(session: GradingSession) -> None:
            session.prepare()
            exercises = compared(session)
            counts = [len(session.items[each.id]) for each in exercises]
            print(f"commit {commit()}, isolation {isolation.level}, torch {torch.__version__}, {os.cpu_count()} cores")
            print(f"{arguments.submissions} submissions of {', '.join(each.id for each in exercises)} in turn")
            print(
                f"checks of these: {', '.join(map(str, counts))} (of an exercise, with all their examples)", flush=True
            )
            submissions = _submissions(session, exercises, arguments.submissions)
            peers = Peers(Path(name), session, submissions, arguments.otter.resolve())
            _show(peers, *_take_turns(session, warm, submissions, peers))

        session.run(compare)


def _install_otter(folder: Path) -> None:
    if (folder / "bin" / "otter").exists():
        return
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", OTTER], check=True)
    ours, theirs = (
        subprocess.run([each, "-c", "import site; print(site.getsitepackages()[0])"], capture_output=True, text=True)
        for each in (sys.executable, python)
    )
    Path(theirs.stdout.strip(), "ours.pth").write_text(ours.stdout)  # its own packages come first


def _submissions(session: GradingSession, exercises: tuple[Exercise, ...], count: int) -> list[Submission]:
    """Wheats, exercise after exercise, none of which imports another exercise."""
    alone: dict[str, list[str]] = {}
    for each in exercises:
        texts = [path.read_text(encoding="utf-8") for path in each.wheats]
        alone[each.id] = [text for text in texts if not imported(session.course, each, Source(f"{each.id}.py", text))]
    print(f"different solutions of each: {', '.join(str(len(texts)) for texts in alone.values())}")
    found = []
    for number in range(count):
        turn, exercise = divmod(number, len(exercises))
        texts = alone[exercises[exercise].id]
        found.append(Submission(f"b{number // BLOCK}_{number:03}", exercises[exercise], texts[turn % len(texts)]))
    return found


Costs = dict[str, list[Cost]]


def _take_turns(
    session: GradingSession, warm: WarmProcess, submissions: list[Submission], peers: Peers
) -> tuple[Costs, dict[str, Cost], Cost]:
    """What each costs for a submission, block by block; what it costs to start; our command for the whole class."""
    grader = StudentGrader(session, warm, None)
    warm_up()  # the bare fork gets what the warm process has
    graded(grader, warm, right_work(compared(session), 0))  # what depends on the course alone is computed once
    gc.collect()
    gc.freeze()
    graders: dict[str, Callable[[list[Submission]], Cost]] = {
        LIMIT: lambda block: _sum([run_bare(session, each.work) for each in block]),
        OURS: lambda block: _sum([graded(grader, warm, each.work) for each in block]),
        NBGRADER: peers.nbgrader,
        OTTER_RUN: peers.otter,
        PYTEST: peers.pytest,
    }
    costs: Costs = {name: [] for name in graders}
    for first in range(0, len(submissions), BLOCK):
        block = submissions[first : first + BLOCK]
        for name, grade in graders.items():
            costs[name].append(grade(block) / len(block))
        cells = [f"{name} {each[-1].cpu:.3f}" for name, each in costs.items()]
        print(f"block {first // BLOCK + 1}, CPU seconds a submission: {', '.join(cells)}", flush=True)
    starts = {
        LIMIT: run(peers.folder, sys.executable, "-m", "benchmarks.bare"),
        OURS: peers.autograde(peers.nothing),
        NBGRADER: peers.idle_nbgrader,
    }
    return costs, starts, peers.autograde(peers.submitted)


def _sum(costs: list[Cost]) -> Cost:
    return Cost(sum(each.wall for each in costs), sum(each.cpu for each in costs))


class Peers:
    """The submissions as each peer wants them, and what it costs to grade a block."""

    def __init__(self, folder: Path, session: GradingSession, submissions: list[Submission], otter: Path) -> None:
        self.folder, self.otter_program = folder / "peers", otter / "bin" / "otter"
        self.folder.mkdir()
        exercises = {each.exercise.id: each.exercise for each in submissions}
        plain.keep(session, exercises.values(), folder / "checks")
        self.run = partial(run, more={plain.VARIABLE: str(folder / "checks")})
        names = {id: [item.check.name for item in session.items[id]] for id in exercises}
        self.submitted, self.nothing = self.folder / "ours", self.folder / "nothing"
        (self.nothing / "nobody").mkdir(parents=True)
        for each in submissions:
            _write(self.submitted / each.student / f"{each.exercise.id}.py", each.text)
            _write(self.folder / "pytest" / each.student / f"{each.exercise.id}.py", each.text)
            tests = "".join(f"def test_{name}():\n    check({name!r})\n\n\n" for name in names[each.exercise.id])
            _write(self.folder / "pytest" / each.student / "test_it.py", f"{_imports(each.exercise.id)}{tests}")
        self._for_nbgrader(names, submissions)
        self._for_otter(names)
        self.idle_nbgrader = self._nbgrader("nobody", 1)

    def _for_nbgrader(self, names: dict[str, list[str]], submissions: list[Submission]) -> None:
        self.nb = self.folder / "nbgrader"
        for id, checks in names.items():
            cells = [Cell("solution", Role.SOLUTION, "code", f"{BEGIN}\npass\n{END}")]
            for name in checks:
                test = f"from benchmarks import plain\nplain.run({id!r}, {name!r}, globals())\n"
                hidden = f"### BEGIN HIDDEN TESTS\n{test}### END HIDDEN TESTS"
                cells.append(Cell(name, Role.GRADED, "code", hidden, 1.0))
            _write(self.nb / "source" / ASSIGNMENT / f"{id}.ipynb", written(source_version(cells)).decode())
        self.run(self.nb, sys.executable, "-m", "nbgrader", "generate_assignment", ASSIGNMENT)
        for each in submissions:
            notebook = nbformat.read(self.nb / "release" / ASSIGNMENT / f"{each.exercise.id}.ipynb", 4)
            notebook.cells[0].source = each.text
            place = self.nb / "submitted" / each.student / ASSIGNMENT
            place.mkdir(parents=True)
            nbformat.write(notebook, place / f"{each.exercise.id}.ipynb")

    def _for_otter(self, names: dict[str, list[str]]) -> None:
        for id, checks in names.items():
            place = self.folder / "otter" / id
            for name in checks:
                code = f">>> from benchmarks import plain\n>>> plain.run({id!r}, {name!r}, globals())\n"
                case = {"code": code, "hidden": True, "locked": False}
                suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
                test = {"name": name, "points": 1, "suites": [suite]}
                _write(place / "tests" / f"{name}.py", f"OK_FORMAT = True\n\ntest = {test!r}\n")
            self.run(place, str(self.otter_program), "generate", "-t", "tests", "-o", "autograder.zip")

    def autograde(self, submissions: Path) -> Cost:
        """The whole command with one job: results, pages and gradebook."""
        out = self.folder / f"{submissions.name}-grades"
        where = [str(submissions), "--course", str(ROOT), "--out", str(out), "--jobs", "1"]
        return self.run(self.folder, sys.executable, "-m", "autograder", "grade", *where)

    def nbgrader(self, block: list[Submission]) -> Cost:
        cost = self._nbgrader(f"{block[0].student.partition('_')[0]}_*", 0) - self.idle_nbgrader
        self.run(self.nb, sys.executable, "-m", "nbgrader", "export")
        with (self.nb / "grades.csv").open(encoding="utf-8") as file:
            scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file) if row["score"]}
        for each in block:
            _require(scores[each.student], self._count(each), NBGRADER, each)
        return cost

    def _nbgrader(self, student: str, code: int) -> Cost:
        command = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT, "--student", student]
        return self.run(self.nb, *command, codes=(code,))

    def otter(self, block: list[Submission]) -> Cost:
        costs = []
        for each in block:
            place = self.folder / "otter" / each.exercise.id
            release = self.nb / "submitted" / each.student / ASSIGNMENT / f"{each.exercise.id}.ipynb"
            notebook = nbformat.read(release, 4)
            notebook.cells = notebook.cells[:1]  # otter's tests are no cells
            nbformat.write(notebook, place / "submission.ipynb")
            costs.append(self.run(place, str(self.otter_program), "run", "-a", "autograder.zip", "submission.ipynb"))
            results = json.loads((place / "results.json").read_text(encoding="utf-8"))
            _require(sum(test.get("score", 0) for test in results["tests"]), self._count(each), OTTER_RUN, each)
        return _sum(costs)

    def pytest(self, block: list[Submission]) -> Cost:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
        return _sum([self.run(self.folder / "pytest" / each.student, *command) for each in block])

    def _count(self, submission: Submission) -> int:
        return len([*(self.folder / "otter" / submission.exercise.id / "tests").glob("*.py")])


def _imports(id: str) -> str:
    return f"""import {id} as student
from benchmarks import plain


def check(name):
    plain.run({id!r}, name, vars(student))


"""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _require(score: float, points: float, grader: str, submission: Submission) -> None:
    if score != points:
        sys.exit(f"{grader} gives {score} of {points} to {submission.student}, {submission.exercise.id}")


def _show(peers: Peers, costs: Costs, starts: dict[str, Cost], whole: Cost) -> None:
    count = sum(1 for _ in peers.submitted.iterdir())
    heads = ["CPU s each", "wall s each", "start CPU s", f"CPU s of {count}", "x limit", "x ours"]
    print(f"\n{'':20}{''.join(f'{head:>12}' for head in heads)}")
    for name, each in costs.items():
        cpu, wall = (statistics.median(getattr(cost, part) for cost in each) for part in ("cpu", "wall"))
        start = starts[name].cpu if name in starts else 0.0
        total = whole.cpu if name == OURS else start + sum(cost.cpu for cost in each) / len(each) * count
        cells = [_ratio(costs, name, to) for to in (LIMIT, OURS)]
        print(f"{name:20}{cpu:12.3f}{wall:12.3f}{start:12.1f}{total:12.1f}{cells[0]:12.2f}{cells[1]:12.2f}")
    print(f"the medians of {len(costs[OURS])} blocks of {BLOCK}; start: once for a class, no part of `each`")
    print(
        f"`autograde grade` of all {count} with pages and gradebook: {whole.cpu:.1f} s CPU, {whole.wall:.1f} s wall, of"
    )
    print(f"which {starts[OURS].cpu:.1f} and {starts[OURS].wall:.1f} are those of a class of nobody's work")
    for name, target in TARGETS.items():
        ratio = _ratio(costs, OURS, LIMIT) if name == LIMIT else _ratio(costs, name, OURS)
        holds = ratio <= target if name == LIMIT else ratio >= target
        says = f"at most {target} x the limit" if name == LIMIT else f"{name} at least {target} x ours"
        print(f"{says}: {ratio:.2f}, {'holds' if holds else 'MISSED'}")


def _ratio(costs: Costs, name: str, to: str) -> float:
    return statistics.median(one.cpu / other.cpu for one, other in zip(costs[name], costs[to], strict=True))


if __name__ == "__main__":
    main()
