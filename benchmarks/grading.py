"""What a submission costs: graded as `autograde grade` does, and in a bare fork with the same checks.

    python -m benchmarks.grading [--students N]

Only exercises whose checks call functions and modules are compared in this way; what trains or is about
a device is timed as a part of the whole course instead.

Both run in one process, in turn for each student, so that what else the machine does hits both. The
bare fork is the limit: torch loaded and warmed, tests collected, one fork per student, the student's
functions called directly, with no wire, no confinement and no second process. CPU seconds are those
of every process involved: the grader, the warm process and its workers, or the fork.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import statistics
import sys
import time
import traceback
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from autograder.engine import StudentGrader, Work
from autograder.errors import SubmissionRaised
from autograder.exercise import Exercise, load_course
from autograder.grading.handles import NotDefined, Seen
from autograder.grading.restrictions import find_in_source, find_in_trace, restriction
from autograder.grading.session import GradingSession
from autograder.sandbox.executor import Executor, plain, seed_everything
from autograder.sandbox.isolation import measure
from autograder.sandbox.warm import WarmProcess
from autograder.sandbox.watch import watching
from autograder.sandbox.zygote import warm_up
from autograder.submission import Source

ROOT = Path(__file__).resolve().parents[1]


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
    exercises = tuple(
        each for each in session.course.exercises if not any(item.on_device for item in session.items[each.id])
    )
    print(f"compared: {', '.join(each.id for each in exercises)}", flush=True)
    grader = StudentGrader(session, warm, None)
    warm_up()  # the bare fork gets what the warm process has
    _graded(grader, warm, _work(exercises, 0))  # what depends on the course alone is computed once
    gc.collect()
    gc.freeze()
    rows = []
    for number in range(students):
        work = _work(exercises, number)
        rows.append((*_graded(grader, warm, work), *_bare(session, work)))
    columns = list(zip(*rows, strict=True))
    ours, ours_wall, bare, bare_wall = (statistics.median(column) for column in columns)
    ratio = statistics.median(row[0] / row[2] for row in rows)
    print(f"graded     {ours:.3f} s CPU, {ours_wall:.3f} s wall per submission (median of {students})")
    print(f"bare fork  {bare:.3f} s CPU, {bare_wall:.3f} s wall")
    print(f"ratio      {ratio:.2f} (median of {students} pairs)")


def _whole_course(session: GradingSession, warm: WarmProcess) -> None:
    """One student's every exercise, with nothing asked ahead of the new ones."""
    ours, wall = _graded(StudentGrader(session, warm, None), warm, _work(session.course.exercises, 0))
    print(f"all {len(session.course.exercises)} exercises: {ours:.1f} s CPU, {wall:.1f} s wall for one student")


def _work(exercises: tuple[Exercise, ...], number: int) -> Work:
    """A student whose every exercise is right: the reference, or a wheat in turn."""
    sources = {}
    for exercise in exercises:
        paths = [exercise.solution, *exercise.wheats]
        sources[exercise.id] = Source(f"{exercise.id}.py", paths[number % len(paths)].read_text(encoding="utf-8"))
    return Work("student", sources)


def _graded(grader: StudentGrader, warm: WarmProcess, work: Work) -> tuple[float, float]:
    before, started = time.process_time() + _tree_cpu(warm), time.perf_counter()
    for result, _, _ in grader.grade(work, [grader.session.course.exercise(id) for id in work.sources]):
        if result.score != result.points:
            sys.exit(f"{result.id} lost marks, which it should not: {result}")
    wall = time.perf_counter() - started
    return time.process_time() + _tree_cpu(warm) - before, wall


def _tree_cpu(warm: WarmProcess) -> float:
    """CPU seconds of the warm process and of every worker that it has had, once those have ended."""
    while len(family := _family(warm.process.pid)) > _RESTING:
        time.sleep(0.001)
    ticks = 0
    for pid in family:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])  # its own, and its children's that have ended
    return ticks / os.sysconf("SC_CLK_TCK")


_RESTING = 1 if os.geteuid() == 0 else 2  # without root a doorman waits beside the warm process


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:  # it has just ended
        return []
    return [pid, *(member for child in children for member in _family(int(child)))]


def _bare(session: GradingSession, work: Work) -> tuple[float, float]:
    before, started = _cpu_of_forks(), time.perf_counter()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = 0 if _run_bare(session, work) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    if status:
        sys.exit("a check failed in the bare fork")
    return _cpu_of_forks() - before, time.perf_counter() - started


def _cpu_of_forks() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime + time.process_time()


def _run_bare(session: GradingSession, work: Work) -> bool:
    passed = True
    for id, source in work.sources.items():
        exercise = session.course.exercise(id)
        assert isinstance(source, Source)
        submission = BareSubmission(exercise, source, session)
        for item in session.items[exercise.id]:
            error = session.run_check(item, submission, None)  # type: ignore[arg-type]
            passed &= error is None
            if error is not None:
                print(item.check.name, repr(error), file=sys.stderr)
    return passed


class BareSubmission:
    """The student's module in this very process, behind the interface that checks use."""

    def __init__(self, exercise: Exercise, source: Source, session: GradingSession) -> None:
        others = {each.id: each.solution.read_text(encoding="utf-8") for each in session.course.exercises}
        self._executor = Executor()
        self._executor._load(
            {
                "module": exercise.id,
                "file": source.name,
                "text": source.text,
                "helpers": {id: text for id, text in others.items() if id != exercise.id},
                "supplied": {},
            }
        )
        self._exercise, self._source = exercise, source
        self.last_request = None

    def begin(self, peer: None, seed: int, first_id: int, ahead: None, pretend: None) -> None:
        seed_everything(seed)

    def manual_seed(self, seed: int) -> None:
        torch.default_generator.manual_seed(seed)

    @contextmanager
    def watching(self) -> Iterator[None]:
        with watching(True) as seen:
            yield
        assert seen is not None
        found = Seen(set(), *seen)
        for entry in self._exercise.forbid:
            rule = restriction(entry)
            assert not find_in_trace(found.operators, found.calls, rule)
            assert not find_in_source(self._source.text, {}, self._exercise.implement, rule)

    def __getattr__(self, name: str) -> BareFunction:
        if not hasattr(self._executor.module, name):
            raise NotDefined(name)
        return BareFunction(getattr(self._executor.module, name))


class BareFunction:
    def __init__(self, function: Any) -> None:
        self.function = function

    def __call__(self, *args: Any) -> Any:
        try:
            value = self.function(*args)
        except Exception as error:
            bases = tuple(base.__name__ for base in type(error).__mro__)
            raise SubmissionRaised(type(error).__name__, bases, str(error), "", 0) from None
        if isinstance(value, tuple):
            value = tuple([plain(each) for each in item] if isinstance(item, list) else item for item in value)
        if isinstance(value, torch.nn.Module):
            for method in (fetch, assign, echo, named_parameters):
                object.__setattr__(value, method.__name__, types.MethodType(method, value))
        return value

    def echo(self, *args: Any) -> list[Any] | None:
        return echo(self.function, *args)


def named_parameters(module: torch.nn.Module, *args: Any, **options: Any) -> Iterator[tuple[str, torch.nn.Parameter]]:
    """Those of lazy layers are missing until they have a shape, as in a mirror."""
    found = type(module).named_parameters(module, *args, **options)
    return ((name, each) for name, each in found if not torch.nn.parameter.is_lazy(each))


def fetch(module: torch.nn.Module, path: str) -> Any:
    found = getattr(module, path)
    return found.detach().clone() if isinstance(found, torch.Tensor) else found


def assign(module: torch.nn.Module, **values: torch.Tensor) -> None:
    with torch.no_grad():
        for name, value in values.items():
            getattr(module, name).copy_(value)


def echo(function: Any, *args: Any) -> list[Any] | None:
    before = [arg.clone() if isinstance(arg, torch.Tensor) else arg for arg in args]
    function(*args)
    same = all(torch.equal(a, b) for a, b in zip(before, args, strict=True) if isinstance(a, torch.Tensor))
    return None if same else list(args)


if __name__ == "__main__":
    main()
