"""What the pages of a large class cost: time, memory and size, measured on results made up from a seed.

    python -m benchmarks.report [--students N]

The course is the one of this checkout: its exercises, its checks' names, its misconceptions, and as
sources its solutions and chaffs. Limits for 1,000 students: 60 s, 1 GiB, 300 KB a page.
"""

from __future__ import annotations

import argparse
import ast
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from autograder.exercise import Exercise, load_course
from autograder.report.pages import report
from autograder.report.sources import keep_sources
from autograder.results import CheckResult, ExerciseResult, Isolation, Record, SubmissionResult, points_of, write_record
from autograder.submission import Source, Submission

ROOT = Path(__file__).resolve().parents[1]
MAX_SECONDS, MAX_MEMORY, MAX_PAGE = 60, 1 << 30, 300_000

STATUSES = ["failed", "failed", "failed", "raised", "timeout"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--out", type=Path, help="keep the pages here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = arguments.out or Path(folder)
        make_class(out, arguments.students)
        started = time.perf_counter()
        report(out)
        seconds = time.perf_counter() - started
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        largest = max(path.stat().st_size for path in out.glob("feedback/*/index.html"))
        dashboard = (out / "index.html").stat().st_size
    print(f"{arguments.students} students: {seconds:.1f} s, peak memory {memory / (1 << 20):.0f} MiB")
    print(f"the largest feedback {largest / 1000:.0f} KB, the dashboard {dashboard / 1000:.0f} KB")
    if seconds > MAX_SECONDS or memory > MAX_MEMORY or max(largest, dashboard) > MAX_PAGE:
        sys.exit("beyond a limit")


def make_class(out: Path, students: int) -> None:
    """Write the results and the sources of a class of this size, the same each time."""
    course, draw = load_course(ROOT), random.Random(0)
    checks = {each.id: _checks(each) for each in course.exercises}
    texts = {
        each.id: [path.read_text(encoding="utf-8") for path in [each.solution, *each.chaffs[:20]]]
        for each in course.exercises
    }
    results, submissions = [], []
    for number in range(students):
        sources = {each.id: Source(f"{each.id}.py", draw.choice(texts[each.id])) for each in course.exercises}
        skill = draw.betavariate(4, 1.5)
        found = [_exercise(each, checks[each.id], sources[each.id], skill, draw) for each in course.exercises]
        name = f"student_{number:04}"
        results.append(SubmissionResult(name, tuple(found)))
        submissions.append(Submission(name, {each.id: sources[each.id] for each in found if each.status == "graded"}))
    exercises = tuple((each.id, each.title, each.points) for each in course.exercises)
    write_record(Record(course.name, "cpu", Isolation("full", ("namespaces",)), exercises, tuple(results)), out)
    keep_sources(out, submissions)


def _checks(exercise: Exercise) -> list[tuple[str, str]]:
    tree = ast.parse(exercise.hidden_tests.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    return [(node.name, ast.get_docstring(node) or node.name) for node in functions]


def _exercise(
    exercise: Exercise, names: list[tuple[str, str]], source: Source, skill: float, draw: random.Random
) -> ExerciseResult:
    if draw.random() < 0.08:
        return ExerciseResult(exercise.id, "missing", 0.0, exercise.points, "not handed in")
    checks = []
    for name, title in names:
        passed = draw.random() < skill
        status = "passed" if passed else draw.choice(STATUSES)
        points = exercise.points / len(names)
        id = draw.choice([None, *exercise.misconceptions]) if not passed else None
        line = draw.randint(1, source.text.count("\n"))
        message = f"`f(tensor {line}x3)` raised ValueError at {source.name}, line {line}: `{source.line(line).strip()}`"
        checks.append(
            CheckResult(
                f"{exercise.id}/{name}", "value", title, status, points if passed else 0.0, points,  # type: ignore[arg-type]
                "" if passed else message, id, exercise.misconceptions[id] if id else "",
            )
        )  # fmt: skip
    score, points = points_of(checks)
    return ExerciseResult(exercise.id, "graded", score, points, "", (), source.digest, draw.random(), tuple(checks))


if __name__ == "__main__":
    main()
