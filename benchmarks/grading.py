"""What a submission costs: graded as `autograde grade` does, and in a bare fork with the same checks.

    python -m benchmarks.grading [--students N]

Compared are the exercises up to the first that trains a network or is about a device; that and those after it are
timed as a part of the whole course instead. Both run in one process, in turn for each student, so that what else the
machine does hits both. CPU seconds are those of every process involved: the grader, the warm process and its workers,
or the fork.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time

import torch

from autograder.exercise import Exercise, load_course
from autograder.grading.session import GradingSession
from autograder.grading.student import StudentGrader, Work
from autograder.sandbox.isolation import measure
from autograder.sandbox.warm import WarmProcess
from autograder.sandbox.zygote import warm_up
from autograder.submission import Source
from benchmarks.bare import compared, run_bare
from benchmarks.cost import ROOT, Cost, cpu_of_warm


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=20)
    students = parser.parse_args().students
    torch.set_num_threads(1)
    course = load_course(ROOT)
    with WarmProcess() as warm:
        isolation = measure(warm)
        warm.ready()
        print(f"isolation {isolation.level}, torch {torch.__version__}, {len(course.exercises)} exercises", flush=True)
        session = GradingSession(course, course.exercises, public=False)

        def run(session: GradingSession) -> None:
            session.prepare()
            _measure(session, warm, students)
            _whole_course(session, warm)

        session.run(run)


def _measure(session: GradingSession, warm: WarmProcess, students: int) -> None:
    exercises = compared(session)
    print(f"compared: {', '.join(each.id for each in exercises)}", flush=True)
    grader = StudentGrader(session, warm, None)
    warm_up()  # the bare fork gets what the warm process has
    graded(grader, warm, right_work(exercises, 0))  # what depends on the course alone is computed once
    gc.collect()
    gc.freeze()
    pairs = []
    for number in range(students):
        work = right_work(exercises, number)
        pairs.append((graded(grader, warm, work), run_bare(session, work)))
    for name, costs in zip(("graded   ", "bare fork"), zip(*pairs, strict=True), strict=True):
        cpu, wall = (statistics.median(getattr(each, part) for each in costs) for part in ("cpu", "wall"))
        print(f"{name}  {cpu:.3f} s CPU, {wall:.3f} s wall per student (median of {students})")
    ratio = statistics.median(ours.cpu / bare.cpu for ours, bare in pairs)
    print(f"ratio      {ratio:.2f} (median of {students} pairs)")


def _whole_course(session: GradingSession, warm: WarmProcess) -> None:
    """One student's every exercise, with nothing asked ahead of the new ones."""
    cost = graded(StudentGrader(session, warm, None), warm, right_work(session.course.exercises, 0))
    print(
        f"all {len(session.course.exercises)} exercises: {cost.cpu:.1f} s CPU, {cost.wall:.1f} s wall for one student"
    )


def right_work(exercises: tuple[Exercise, ...], number: int) -> Work:
    """A student whose every exercise is right: the reference, or a wheat in turn."""
    sources = {}
    for exercise in exercises:
        paths = [exercise.solution, *exercise.wheats]
        sources[exercise.id] = Source(f"{exercise.id}.py", paths[number % len(paths)].read_text(encoding="utf-8"))
    return Work("student", sources)


def graded(grader: StudentGrader, warm: WarmProcess, work: Work) -> Cost:
    """What grading costs, once the worker has ended. All must be right, or this process ends."""
    before, started = time.process_time() + cpu_of_warm(warm), time.perf_counter()
    for result, _, _ in grader.grade(work, [grader.session.course.exercise(id) for id in work.sources]):
        if result.score != result.points:
            sys.exit(f"{result.id} lost marks, which it should not: {result}")
    wall = time.perf_counter() - started
    return Cost(wall, time.process_time() + cpu_of_warm(warm) - before)


if __name__ == "__main__":
    main()
