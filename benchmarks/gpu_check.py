"""Run every check that is about a device or about accuracy on this machine's GPU, and print the figures.

    python3 -m benchmarks.gpu_check        (or: make gpu-check)

It needs the checkout, torch, torchvision, pytest, hypothesis, Jinja2 and PyYAML, and installs nothing.
Exit code 0: all is as it should be; 1: something is not, and is named; 2: there is no GPU here.
"""

from __future__ import annotations

import platform
import sys
import tempfile
import time
from pathlib import Path

import torch

from autograder.device import GPU, has_gpu
from autograder.engine import grade_class
from autograder.errors import MachineryError
from autograder.exercise import Course, Exercise, load_course
from autograder.grading.session import GradingSession
from autograder.grading.student import StudentGrader, Work
from autograder.results import ExerciseResult
from autograder.sandbox.gpu import hide
from autograder.sandbox.isolation import measure, measure_gpu, start_gpu
from autograder.sandbox.warm import WarmProcess
from autograder.submission import Source

ROOT = Path(__file__).resolve().parents[1]
JOBS = 4  # workers that share the GPU

# What student code may do to a GPU: each must cost the checks that it is called in, and nothing else.
MISCHIEF = {
    "takes more memory than the worker's cap": "torch.empty(8 << 30, dtype=torch.uint8, device='cuda')",
    "reads beyond a tensor (illegal access)": (
        "torch.zeros(4, device='cuda')[torch.tensor([10**9], device='cuda')].sum().item()"
    ),
}


def main() -> int:
    hide()
    if not has_gpu():
        print("gpu-check: there is no CUDA device here", file=sys.stderr)
        return 2
    course = load_course(ROOT)
    problems: list[str] = []
    with WarmProcess() as warm:
        isolation = measure(warm)
        warm.ready()
        try:
            with_gpu = measure_gpu(warm)
        except MachineryError as error:
            print(f"gpu-check: {error}", file=sys.stderr)
            return 1
        worker = warm.start_gpu().spawn()
        started = time.perf_counter()
        name = start_gpu(worker, 1024)
        print(f"{name}, torch {torch.__version__}, Python {platform.python_version()}, {platform.platform()}")
        print(f"a worker's CUDA context takes {time.perf_counter() - started:.2f} s")
        worker.close()
        print(f"isolation {isolation.level}; with the GPU {with_gpu.level} ({', '.join(with_gpu.layers)})")
        for layer, reason in with_gpu.missing.items():
            print(f"  without {layer}: {reason}")
        session = GradingSession(course, course.exercises, public=False, device=GPU)
        session.run(lambda session: _check(session, warm, problems))
        _share(course, warm, problems)
    for problem in problems:
        print(f"PROBLEM: {problem}")
    print("gpu-check: all is as it should be" if not problems else f"gpu-check: {len(problems)} problems")
    return 1 if problems else 0


def _check(session: GradingSession, warm: WarmProcess, problems: list[str]) -> None:
    session.prepare()
    grader = StudentGrader(session, warm, None)
    exercises = session.course.exercises
    started = time.perf_counter()
    for result, _, _ in grader.grade(Work("reference", _sources(exercises)), exercises):
        shown = [check for check in result.checks if check.kind in ("device", "accuracy")]
        print(f"{result.id}: {result.score}/{result.points} in {result.seconds:.1f} s")
        for check in shown:
            print(f"  {check.kind} {check.id}: {check.status} {check.message}")
        if result.score != result.points:
            problems.append(f"the reference of {result.id} loses marks: {_lost(result)}")
        problems += [f"{check.id} was skipped" for check in shown if check.status == "skipped"]
    print(f"the whole course, one student after another's exercise: {time.perf_counter() - started:.1f} s")
    for exercise in exercises:
        if any(item.on_device for item in session.items[exercise.id]):
            for what, line in MISCHIEF.items():
                _misbehave(session, grader, exercise, what, line, problems)


def _misbehave(
    session: GradingSession, grader: StudentGrader, exercise: Exercise, what: str, line: str, problems: list[str]
) -> None:
    """Code that does harm wherever CUDA is there loses what runs on the GPU, and the next student loses nothing."""
    text = exercise.solution.read_text(encoding="utf-8")
    for name in exercise.implement:
        text += _wrapped(name, line)
    (found, _, _), *_ = grader.grade(Work("mischief", {exercise.id: Source(f"{exercise.id}.py", text)}), [exercise])
    lost = {check.id for check in found.checks if check.status != "passed"}
    on_device = {f"{exercise.id}/{item.check.name}" for item in session.items[exercise.id] if item.on_device}
    (after, _, _), *_ = grader.grade(Work("next", _sources([exercise])), [exercise])
    print(f"{exercise.id}, code that {what}: {found.status}, loses {', '.join(sorted(lost)) or 'nothing'}")
    if found.status != "graded" or not lost or not lost <= on_device:
        problems.append(f"{exercise.id}, code that {what}: {found.status}, loses {sorted(lost)}: {found.message}")
    if after.score != after.points:
        problems.append(f"after code that {what}, the next student loses {_lost(after)}")


def _wrapped(name: str, line: str) -> str:
    """The name again, doing harm first where there is a GPU; a class does it when it is called."""
    return (
        f"\n_right_{name} = {name}\n"
        f"import torch\n"
        f"def _harm():\n    if torch.cuda.is_available():\n        {line}\n"
        f"if isinstance({name}, type):\n"
        f"    class {name}(_right_{name}):\n"
        f"        def __init__(self, *args):\n            _harm()\n            super().__init__(*args)\n"
        f"else:\n"
        f"    def {name}(*args):\n        _harm()\n        return _right_{name}(*args)\n"
    )


def _share(course: Course, warm: WarmProcess, problems: list[str]) -> None:
    """Several workers on one GPU at the same time."""
    work = [Work(f"student{number}", _sources(course.exercises)) for number in range(2 * JOBS)]
    results: list[ExerciseResult] = []
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        grade_class(
            course, course.exercises, work, warm, Path(folder), jobs=JOBS, fresh=True, device=GPU,
            report=lambda student, result, output: results.append(result),
        )  # fmt: skip
        seconds = time.perf_counter() - started
    print(f"{len(work)} students, {JOBS} at a time: {seconds:.1f} s, {seconds / len(work):.1f} s each")
    problems += [f"with {JOBS} jobs {each.id} loses {_lost(each)}" for each in results if each.score != each.points]


def _lost(result: ExerciseResult) -> str:
    return f"{result.status} {result.message} " + "; ".join(
        f"{check.id} {check.status}: {check.message}" for check in result.checks if check.status != "passed"
    )


def _sources(exercises: tuple[Exercise, ...] | list[Exercise]) -> dict[str, Source | str]:
    return {each.id: Source(f"{each.id}.py", each.solution.read_text(encoding="utf-8")) for each in exercises}


if __name__ == "__main__":
    sys.exit(main())
