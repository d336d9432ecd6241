"""The reference solution, in the trusted process: called by hidden tests, and supplied to students.

`Reference` remembers results, since every student is asked the same. `Supplier` answers a worker
whose submission imports an exercise that its author has wrong or has not handed in: the worker gets
values and gradients, never the code.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

from autograder.errors import CourseError
from autograder.exercise import Exercise
from autograder.grading.examples import fresh
from autograder.sandbox import wire
from autograder.sandbox.worker import Executor

MAX_ELEMENTS = 1 << 14


class Reference:
    """The names of a solution.py. Functions of tensors are memoised by the content of their arguments."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._module: Any = None
        self._known: dict[tuple[str, bytes], Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self._load(), name, None)
        if found is None:
            raise CourseError(self._path, None, f"defines no `{name}`")
        return self._memoised(name, found) if isinstance(found, FunctionType) else found

    def _load(self) -> Any:
        if self._module is None:
            name = f"_reference_{self._path.parent.name}"
            spec = importlib.util.spec_from_file_location(name, self._path)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
            self._module = module
        return self._module

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


class Supplier:
    """Answers for functions of other exercises; carries `remote_call` questions from a worker."""

    def __init__(self, exercises: Mapping[str, Exercise]) -> None:
        self.exercises = exercises
        self.executors: dict[str, Executor] = {}

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to a question that a worker wrote: a call of a supplied function, or its gradient.

        Raises `WireError` for anything else, whatever it is.
        """
        try:
            exercise = self.exercises[question["exercise"]]
            executor = self._executor(exercise)
            for kind, id in question["forget"]:
                if kind == "graph":
                    executor.graphs.pop(id, None)
            if question["op"] == "vjp" and question["graph"] in executor.graphs:
                request = {"op": "vjp", "graph": question["graph"], "cotangents": [*question["cotangents"]]}
            elif question["op"] == "call" and question["target"] in exercise.implement:
                request = {"op": "call", "target": question["target"], "args": [*question["args"]]}
                request["grad"] = bool(question["grad"])
            else:
                raise wire.WireError("a question that nobody answers")
        except (KeyError, TypeError, ValueError):
            raise wire.WireError("a question that nobody answers") from None
        if sum(tensor.numel() for tensor in wire.tensors_in(request)) > MAX_ELEMENTS:
            return _refusal("the supplied function takes no tensors this large")
        reply = executor.execute(request)
        return reply if reply["ok"] else _refusal(reply["error"]["message"])

    def forget(self, kind: str, id: int) -> None:
        """Nothing to do: a worker says itself what it no longer needs."""

    def _executor(self, exercise: Exercise) -> Executor:
        if exercise.id not in self.executors:
            executor = self.executors[exercise.id] = Executor()
            executor.module = Reference(exercise.solution)._load()
        return self.executors[exercise.id]


def _refusal(message: str) -> dict[str, Any]:
    return {"ok": False, "error": {"message": message}}
