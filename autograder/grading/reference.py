"""The reference solution, in the trusted process: called by hidden tests, and supplied to students.

`Reference` remembers results, since every student is asked the same. `Supplier` answers a worker
whose submission imports an exercise that its author has wrong or has not handed in: the worker gets
values and gradients, never the code.
"""

from __future__ import annotations

import importlib.util
import math
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from autograder.errors import CourseError
from autograder.exercise import Exercise
from autograder.grading.examples import fresh
from autograder.sandbox import wire
from autograder.sandbox.executor import Executor

# Of one question, and of all results that a worker holds on to: a graph takes 5 KB for each.
MAX_ELEMENTS = 1 << 14
MAX_NUMBER = 100  # a step count, a padding: what a question may make the reference repeat or allocate
MAX_DOUBLINGS = 24  # of the work, by all elements and numbers together: each may multiply the others

_imported: dict[Path, ModuleType] = {}  # the solutions that this process has imported, by their files


class Reference:
    """The names of a solution.py. Functions of tensors are memoised by the content of their arguments."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[tuple[str, bytes], Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(_module_of(self._path), name, None)
        if found is None:
            raise CourseError(self._path, None, "name-missing", name=name)
        return self._memoised(name, found) if isinstance(found, FunctionType) else found

    def _memoised(self, name: str, function: FunctionType) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            tensors = wire.tensors_in(args)
            if kwargs or any(tensor.requires_grad for tensor in tensors):
                return function(*args, **kwargs)
            try:
                key = name, wire.encode(list(args))
            except wire.Unencodable:
                return function(*args)
            if key not in self._known:
                self._known[key] = function(*fresh(args))
            return fresh(self._known[key])

        return call


def import_solutions(solutions: Mapping[str, Path]) -> None:
    """Import the solutions anew, in order: each can import the earlier ones by their ids.

    Raises `CourseError` for the first that cannot be imported.
    """
    before = {id: sys.modules.get(id) for id in solutions}
    try:
        for id, path in solutions.items():
            _imported.pop(path, None)
            sys.modules[id] = _module_of(path)
    finally:
        for id, module in before.items():
            sys.modules.pop(id, None)
            if module is not None:
                sys.modules[id] = module


def _module_of(path: Path) -> ModuleType:
    if path not in _imported:
        name = f"_reference_{path.parent.name}"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            raise not_imported(path, error) from error
        _imported[path] = module
    return _imported[path]


def not_imported(path: Path, error: BaseException) -> CourseError:
    """What to tell an author whose file raised this on import."""
    file = str(path.absolute())  # as Python names it
    if isinstance(error, SyntaxError) and error.filename == file:
        return CourseError(path, error.lineno, "not-python", reason=error.msg)
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return CourseError(path, lines[-1] if lines else None, "tests-raise", reason=f"{type(error).__name__}: {error}")


class Supplier:
    """Answers for functions of other exercises; carries `remote_call` questions from a worker."""

    def __init__(self, exercises: Mapping[str, Exercise]) -> None:
        self.exercises = exercises
        self.executors: dict[str, Executor] = {}

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to a question that a worker wrote: a call of a supplied function, or its gradient.

        Raises `WireError` for anything else, whatever it is.
        """
        exercise = self.exercises.get(_typed(question, "exercise", str))
        if exercise is None:
            raise _nonsense()
        executor = self._executor(exercise)
        for dropped in _typed(question, "forget", list):
            if type(dropped) is not tuple or [type(part) for part in dropped] != [str, int]:
                raise _nonsense()
            executor.graphs.pop(dropped[1], None)
        match _typed(question, "op", str):
            case "vjp" if _typed(question, "graph", int) in executor.graphs:
                request = {"op": "vjp", "graph": question["graph"], "cotangents": _typed(question, "cotangents", list)}
            case "call" if _typed(question, "target", str) in exercise.functions:
                args = _typed(question, "args", list)
                kept = sum(_elements(graph.inputs) for graph in executor.graphs.values())
                if _elements(args) + kept > MAX_ELEMENTS or not _moderate(args) or _doublings(args) > MAX_DOUBLINGS:
                    return _refusal("the supplied function takes no tensors or numbers this large")
                grad = "grad" in question and _typed(question, "grad", bool)
                request = {"op": "call", "target": question["target"], "args": args, "grad": grad}
            case _:
                raise _nonsense()
        reply = executor.execute(request)
        return reply if reply["ok"] else _refusal(reply["error"]["message"])

    def forget(self, kind: str, id: int) -> None:
        """Nothing to do: a worker says itself what it no longer needs."""

    def _executor(self, exercise: Exercise) -> Executor:
        if exercise.id not in self.executors:
            executor = self.executors[exercise.id] = Executor()
            executor.module = _module_of(exercise.solution)
        return self.executors[exercise.id]


def _typed(question: Mapping[str, Any], key: str, kind: type) -> Any:
    value = question.get(key)
    if type(value) is not kind:
        raise _nonsense()
    return value


def _nonsense() -> wire.WireError:
    return wire.WireError("a question that nobody answers")


def _elements(value: Any) -> int:
    """How many elements its tensors have; an empty side counts as 1, for a result may be as long as the others."""
    return sum(math.prod(side or 1 for side in tensor.shape) for tensor in wire.tensors_in(value))


def _moderate(value: Any) -> bool:
    """Whether no number in it is large."""
    if isinstance(value, dict):
        return all(map(_moderate, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_moderate, value))
    return not isinstance(value, (int, float)) or abs(value) <= MAX_NUMBER


def _doublings(args: Any) -> float:
    """How often one operation is doubled if it is done for every element, as often as the product of all numbers."""

    def of(value: Any) -> float:
        if isinstance(value, (list, tuple)):
            return sum(map(of, value))
        return math.log2(max(1, abs(value))) if isinstance(value, (int, float)) else 0.0

    return math.log2(max(1, _elements(args))) + of(args)


def _refusal(message: str) -> dict[str, Any]:
    return {"ok": False, "error": {"message": message}}
