"""The limit: a bare fork of a process that has torch loaded, in which the checks call the student's functions.

No wire, no confinement, no second process, no diagnosis. `python -m benchmarks.bare` gets ready for that and ends:
what it costs is the start-up.
"""

from __future__ import annotations

import os
import resource
import sys
import time
import traceback
from itertools import takewhile
from typing import Any

import torch

from autograder.exercise import Exercise, load_course
from autograder.grading.session import GradingSession
from autograder.grading.student import Work
from autograder.sandbox.executor import Executor
from autograder.sandbox.zygote import warm_up
from autograder.submission import Source
from benchmarks.cost import ROOT, Cost
from benchmarks.plain import PlainSubmission


def main() -> None:
    torch.set_num_threads(1)
    course = load_course(ROOT)

    def get_ready(session: GradingSession) -> None:
        session.prepare()
        warm_up()

    GradingSession(course, course.exercises, public=False).run(get_ready)


def compared(session: GradingSession) -> tuple[Exercise, ...]:
    """The exercises of a course up to the first whose checks train a network or are about a device."""
    items = session.items
    return tuple(takewhile(lambda each: not any(item.on_device for item in items[each.id]), session.course.exercises))


def run_bare(session: GradingSession, work: Work) -> Cost:
    """What a fork costs that runs every check of the student's exercises. All must pass, or this process ends."""
    before, started = _cpu(), time.perf_counter()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = 0 if _all_pass(session, work) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    if status:
        sys.exit("a check failed in the bare fork")
    return Cost(time.perf_counter() - started, _cpu() - before)


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime + time.process_time()


def _all_pass(session: GradingSession, work: Work) -> bool:
    passed = True
    for id, source in work.sources.items():
        assert isinstance(source, Source)
        exercise = session.course.exercise(id)
        submission = PlainSubmission(_loaded(session, id, source), exercise.forbid, exercise.implement, source.text)
        for item in session.items[id]:
            error = session.run_check(item, submission, None)  # type: ignore[arg-type]
            passed &= error is None
            if error is not None:
                print(item.check.name, repr(error), file=sys.stderr)
    return passed


def _loaded(session: GradingSession, id: str, source: Source) -> Any:
    """The student's module, run in this process; it can import the references of the other exercises."""
    others = {each.id: each.solution.read_text(encoding="utf-8") for each in session.course.exercises}
    executor = Executor()
    executor._load(
        {
            "module": id,
            "file": source.name,
            "text": source.text,
            "helpers": {each: text for each, text in others.items() if each != id},
            "supplied": {},
        }
    )
    return executor.module


if __name__ == "__main__":
    main()
