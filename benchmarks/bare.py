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
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

import torch

from autograder.engine import Work
from autograder.errors import SubmissionRaised
from autograder.exercise import Exercise, load_course
from autograder.grading.handles import NotDefined, Seen
from autograder.grading.restrictions import find_in_source, find_in_trace, restriction
from autograder.grading.session import GradingSession
from autograder.sandbox.executor import Executor, plain, seed_everything
from autograder.sandbox.watch import watching
from autograder.sandbox.zygote import warm_up
from autograder.submission import Source
from benchmarks.cost import ROOT, Cost


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
        submission = BareSubmission(loaded(session, id, source), session.course.exercise(id), source.text)
        for item in session.items[id]:
            error = session.run_check(item, submission, None)  # type: ignore[arg-type]
            passed &= error is None
            if error is not None:
                print(item.check.name, repr(error), file=sys.stderr)
    return passed


def loaded(session: GradingSession, id: str, source: Source) -> Any:
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


class BareSubmission:
    """What a student defined, in this very process, behind the interface that checks use."""

    def __init__(self, module: Any, exercise: Exercise, text: str) -> None:
        self._module, self._exercise, self._text = module, exercise, text
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
            assert not find_in_source(self._text, {}, self._exercise.implement, rule)

    def __getattr__(self, name: str) -> BareFunction:
        if not hasattr(self._module, name):
            raise NotDefined(name)
        return BareFunction(getattr(self._module, name))


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


def echo(function: Any, *args: Any) -> Sequence[Any] | None:
    before = [arg.clone() if isinstance(arg, torch.Tensor) else arg for arg in args]
    function(*args)
    same = all(torch.equal(a, b) for a, b in zip(before, args, strict=True) if isinstance(a, torch.Tensor))
    return None if same else list(args)


if __name__ == "__main__":
    main()
