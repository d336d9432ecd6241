"""The hidden checks in the student's own process: without any of our machinery, for the bare fork and for the peers.

`keep` writes down what the checks of some exercises need; the peers' tests call `run` with what the student defined.
"""

from __future__ import annotations

import importlib.util
import os
import pickle
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import torch

from autograder.errors import SubmissionRaised
from autograder.grading.examples import drawn_examples, fresh, seed_of
from autograder.grading.handles import NotDefined, Seen
from autograder.grading.reference import Reference
from autograder.grading.restrictions import find_in_source, find_in_trace, restriction
from autograder.sandbox.executor import plain, seed_everything
from autograder.sandbox.watch import threads, watching

if TYPE_CHECKING:
    from autograder.exercise import Exercise
    from autograder.grading.session import GradingSession

VARIABLE = "AUTOGRADE_CHECKS"  # of the environment: the file that `keep` wrote


def keep(session: GradingSession, exercises: Iterable[Exercise], path: Path) -> None:
    """Write for each exercise where its checks and its reference are, what is forbidden, and seeds and examples."""
    kept = {}
    for each in exercises:
        checks = {}
        for item in session.items[each.id]:
            seeds = [seed_of(session.course.salt, each.id, item.check.name, *use) for use in ((), ("worker",))]
            takes = [name for name in item._fixtureinfo.argnames if name in ("submission", "reference")]
            checks[item.check.name] = seeds, takes, drawn_examples(item.obj, seeds[0])
        kept[each.id] = str(each.hidden_tests), str(each.solution), each.forbid, each.implement, checks
    path.write_bytes(pickle.dumps(kept))


@cache
def _kept(id: str) -> tuple[Any, Reference, Sequence[str], Sequence[str], Mapping[str, Any]]:
    tests, solution, *rest = pickle.loads(Path(os.environ[VARIABLE]).read_bytes())[id]
    spec = importlib.util.spec_from_file_location(f"checks_of_{id}", tests)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, Reference(Path(solution)), *rest


def run(id: str, name: str, defined: Mapping[str, Any]) -> None:
    """One check of an exercise on what a student defined. Raises what is wrong with it."""
    module, reference, forbid, implement, checks = _kept(id)
    (seed, its_own), takes, examples = checks[name]
    submission = PlainSubmission(SimpleNamespace(**defined), forbid, implement)
    arguments = {"submission": submission, "reference": reference}
    seed_everything(its_own)
    torch.default_generator.manual_seed(seed)
    for example in examples:
        getattr(module, name)(**{each: arguments[each] for each in takes}, **fresh(example))


class PlainSubmission:
    """What a student defined, behind the interface that checks use. With its text that is searched as well."""

    def __init__(self, module: Any, forbid: Sequence[str], implement: Sequence[str], text: str = "") -> None:
        self._module, self._forbid, self._implement, self._text = module, forbid, implement, text
        self.last_request = None

    def begin(self, peer: None, seed: int, first_id: int, ahead: None, pretend: None) -> None:
        seed_everything(seed)

    def manual_seed(self, seed: int) -> None:
        torch.default_generator.manual_seed(seed)

    @contextmanager
    def watching(self) -> Iterator[None]:
        with watching(True, threads()) as seen:  # a kernel has several
            yield
        assert seen is not None
        found = Seen(set(), *seen)
        for entry in self._forbid:
            rule = restriction(entry)
            assert not find_in_trace(found.operators, found.calls, rule)
            assert not self._text or not find_in_source(self._text, {}, self._implement, rule)

    def __getattr__(self, name: str) -> PlainFunction:
        if not hasattr(self._module, name):
            raise NotDefined(name)
        return PlainFunction(getattr(self._module, name))


class PlainFunction:
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
