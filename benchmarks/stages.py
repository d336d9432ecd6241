"""The share of each stage: of a run, and of a submission.

    python -m benchmarks.stages [--students N]

First the whole command grades N students who hand in all the exercises up to the first that trains, by one job: what
each stage of the run takes in the process that grades and writes, and the CPU seconds of those that it starts.
Then submissions of one exercise each are graded in this process: what each stage of one takes in the trusted process,
in the warm process and in the worker. A stage's time is without that of the stages within it; looking at the clock
adds a few per cent.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from autograder import cli, engine, exercise, grade, gradebook, submission
from autograder.exercise import load_course
from autograder.grading import diagnosis, student
from autograder.grading.session import GradingSession
from autograder.grading.student import StudentGrader, Work
from autograder.messages import Receiver
from autograder.report import pages
from autograder.sandbox import connection, wire
from autograder.sandbox.isolation import measure
from autograder.sandbox.warm import WarmProcess
from autograder.sandbox.zygote import warm_up
from autograder.store import Store
from benchmarks.bare import compared, run_bare
from benchmarks.cost import ROOT, commit, cpu_of_warm
from benchmarks.grading import right_work

OF_A_RUN: dict[str, list[tuple[Any, str]]] = {
    "read course and submissions": [(exercise, "load_course"), (submission, "collect")],
    "wait for the warm process": [(WarmProcess, "ready")],
    "try the sandbox with attacks": [(grade, "require")],
    "collect the checks": [(GradingSession, "run"), (engine, "collect_public")],
    "draw the examples": [(GradingSession, "prepare")],
    "receive and keep results": [(engine._Pool, "run")],
    "keep sources and pictures": [(grade, "keep_sources"), (grade, "keep_pictures")],
    "results.json, grades.csv": [(grade, "write_record")],
    "pages": [(pages, "report")],
    "gradebook": [(gradebook.GradebookProcess, "write"), (gradebook, "apply_overrides")],
}
OF_A_SUBMISSION: dict[str, list[tuple[Any, str]]] = {
    "checks: inputs, reference, comparison": [(GradingSession, "_call")],
    "running them, one by one": [(GradingSession, "run_check")],
    "encode and decode": [(wire, "encode"), (wire, "decode")],
    "round trips": [(connection.Worker, "_exchange"), (connection.Worker, "_await_hello")],
    "ask for a worker, end it": [(WarmProcess, "spawn"), (connection.Worker, "close")],
    "diagnosis": [(diagnosis.Diagnosis, "__call__")],
    "storage": [(student, "message"), (Receiver, "take")],
}


class Stages:
    """Exclusive wall and CPU seconds of this process, by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._running: list[str] = []
        self._last = self._now()

    def _now(self) -> tuple[float, float]:
        return time.perf_counter(), time.process_time()

    def _charge(self) -> None:
        now = self._now()
        stage = self.spent[self._running[-1] if self._running else "the rest"]
        for kind, (before, after) in enumerate(zip(self._last, now, strict=True)):
            stage[kind] += after - before
        self._last = now

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        self._charge()
        self._running.append(name)
        try:
            yield
        finally:
            self._charge()
            self._running.pop()

    @contextmanager
    def watching(self, stages: dict[str, list[tuple[Any, str]]]) -> Iterator[None]:
        """Until its end what is called by these names belongs to these stages."""
        with contextlib.ExitStack() as stack:
            for name, places in stages.items():
                for place, attribute in places:
                    stack.enter_context(_replaced(place, attribute, self._timed(name, getattr(place, attribute))))
            self._last = self._now()
            yield
            self._charge()

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **options: Any) -> Any:
            with self.within(name):
                return function(*args, **options)

        return call


@contextmanager
def _replaced(place: Any, attribute: str, value: Any) -> Iterator[None]:
    old = getattr(place, attribute)
    setattr(place, attribute, value)
    try:
        yield
    finally:
        setattr(place, attribute, old)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=20, help="(default: 20)")
    students = parser.parse_args().students
    torch.set_num_threads(1)
    course = load_course(ROOT)
    with WarmProcess() as warm:
        isolation = measure(warm)
        warm.ready()
        print(f"commit {commit()}, isolation {isolation.level}, torch {torch.__version__}")
        session = GradingSession(course, course.exercises, public=False)

        def of_a_submission(session: GradingSession) -> None:
            session.prepare()
            _of_a_submission(session, warm, students)

        session.run(of_a_submission)
        _of_a_run([each.id for each in compared(session)], session, students)


def _of_a_run(ids: list[str], session: GradingSession, students: int) -> None:
    stages = Stages()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(students):
            for id, source in right_work(compared(session), number).sources.items():
                place = folder / "submissions" / f"student_{number:03}"
                place.mkdir(parents=True, exist_ok=True)
                (place / f"{id}.py").write_text(f"{source.text}\n# {number}\n", encoding="utf-8")  # type: ignore[union-attr]
        where = ["--course", str(ROOT), "--out", str(folder / "grades"), "--jobs", "1"]
        chosen = [part for id in ids for part in ("--exercise", id)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with stages.watching(OF_A_RUN), contextlib.redirect_stdout(io.StringIO()):
            code = cli.main(["grade", str(folder / "submissions"), *where, *chosen])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if code:
            sys.exit(f"exit code {code}")
    children = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"\na run: {students} students, {len(ids)} exercises each, one job; torch was loaded before")
    own = sum(cpu for _, cpu in stages.spent.values())
    for name, (wall, cpu) in stages.spent.items():
        print(f"  {name:40}{wall:8.2f} s wall{cpu:8.2f} s CPU{100 * cpu / (own + children):6.1f} %")
    print(f"  {'the job, the warm process, the gradebook':40}{'':15}{children:8.2f} s CPU"
          f"{100 * children / (own + children):6.1f} %")  # fmt: skip


def _of_a_submission(session: GradingSession, warm: WarmProcess, students: int) -> None:
    exercises = compared(session)
    works = [right_work((exercise,), number) for number in range(students) for exercise in exercises]
    grader = StudentGrader(session, warm, None)
    warm_up()
    stages = Stages()
    with tempfile.TemporaryDirectory() as name, Store(Path(name)) as store:
        receiver = Receiver(store, lambda *_: None, None)

        def run(works: list[Work]) -> None:
            for work in works:
                for line in grader.messages(work, [session.course.exercise(id) for id in work.sources]):
                    receiver.take(work.student, line)

        run(works[: len(exercises)])  # what depends on the course alone is computed once
        outside = empty = bare = 0.0
        for work in works:  # in turn, so that what else the machine does hits all
            before = cpu_of_warm(warm)
            with stages.watching(OF_A_SUBMISSION):
                run([work])
            between = cpu_of_warm(warm)
            worker = warm.spawn()
            worker._await_hello()
            worker.close()
            outside, empty = outside + between - before, empty + cpu_of_warm(warm) - between
            bare += run_bare(session, work).cpu
    count = len(works)
    print(f"\na submission of one exercise: the mean of {count}, {len(exercises)} exercises, all right, in ms of CPU")
    rows = {name: cpu for name, (_, cpu) in stages.spent.items()}
    rows["the worker: fork and confinement"] = empty
    rows["the worker: load, the student's code, answers"] = outside - empty
    total = sum(rows.values())
    for name, cpu in rows.items():
        print(f"  {name:46}{1000 * cpu / count:8.2f}{100 * cpu / total:7.1f} %")
    print(f"  {'all':46}{1000 * total / count:8.2f}")
    print(f"  {'a bare fork with the same checks':46}{1000 * bare / count:8.2f}", flush=True)


if __name__ == "__main__":
    main()
