"""The reference solution, in the trusted process: called by hidden tests, and supplied to students.

`Reference` remembers results, since every student is asked the same. `Supplier` answers a worker
whose submission imports an exercise that its author has wrong or has not handed in: the worker gets
values and gradients, and the parameters of modules, never the code.
"""

from __future__ import annotations

import importlib.util
import inspect
import math
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import torch

from autograder.errors import CourseError
from autograder.exercise import Exercise
from autograder.grading.examples import fresh
from autograder.sandbox import wire
from autograder.sandbox.executor import Executor

# Of one question, and of all results that a worker holds on to: a graph takes 5 KB for each.
MAX_ELEMENTS = 1 << 14
MAX_NUMBER = 100  # a step count, a padding: what a question may make the reference repeat or allocate
MAX_DOUBLINGS = 24  # of the work, by all elements and numbers together: each may multiply the others
STATE_PER_ELEMENT = 16  # elements of a module's parameters that are reckoned as one: no step is taken for each
MAX_MODULES = 100  # that a worker holds on to, with as many parameters together as one may have
MAX_SEED = 1 << 63

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


def forms(exercise: Exercise) -> dict[str, dict[str, Any]]:
    """What can be supplied of an exercise: its functions and modules by name, with what they and a forward take."""
    module = _module_of(exercise.solution)
    found = {name: getattr(module, name, None) for name in exercise.implement}
    return {
        name: {
            "parameters": _parameters(each),
            "forward": None if isinstance(each, FunctionType) else _parameters(each.forward, 1),
        }
        for name, each in found.items()
        if isinstance(each, FunctionType) or (isinstance(each, type) and issubclass(each, torch.nn.Module))
    }


def _parameters(function: Callable[..., Any], first: int = 0) -> list[tuple[Any, ...]]:
    """(name,) or (name, default) each, all of which the stub tells too."""
    found: list[tuple[Any, ...]] = []
    for each in [*inspect.signature(function).parameters.values()][first:]:
        if each.kind is each.VAR_POSITIONAL:
            found.append((f"*{each.name}",))
        elif each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD):
            found.append((each.name,) if each.default is each.empty else (each.name, each.default))
    try:
        wire.encode(found)
    except wire.Unencodable:  # a default that is an object: by position alone
        return [("*arguments",)]
    return found


class Supplier:
    """Answers for what is supplied of other exercises; carries `remote_call` questions from a worker."""

    def __init__(self, exercises: Mapping[str, Exercise]) -> None:
        self.exercises = exercises
        self.ends: dict[str, _End] = {}

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to a question that a worker wrote: a call of something supplied, or its gradient.

        Raises `WireError` for anything else, whatever it is.
        """
        exercise = self.exercises.get(_typed(question, "exercise", str))
        if exercise is None:
            raise _nonsense()
        if exercise.id not in self.ends:
            self.ends[exercise.id] = _End(exercise)
        return self.ends[exercise.id].answer(question)

    def forget(self, kind: str, id: int) -> None:
        """Nothing to do: a worker says itself what it no longer needs."""


class _End:
    """The trusted end of one supplied exercise, with the modules and graphs that a worker holds on to."""

    def __init__(self, exercise: Exercise) -> None:
        self.forms = forms(exercise)
        self.executor = Executor()
        self.executor.module = _module_of(exercise.solution)
        self.kept: dict[int, float] = {}  # what a graph is reckoned at

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        for dropped in _typed(question, "forget", list):
            if type(dropped) is not tuple or [type(part) for part in dropped] != [str, int]:
                raise _nonsense()
            (self.executor.graphs if dropped[0] == "graph" else self.executor.objects).pop(dropped[1], None)
        self.kept = {id: cost for id, cost in self.kept.items() if id in self.executor.graphs}
        # Nothing else that a function may have returned is of use to a worker.
        halves = {id: each for id, each in self.executor.objects.items() if isinstance(each, _Half)}
        self.executor.objects = halves
        match _typed(question, "op", str):
            case "vjp" if _typed(question, "graph", int) in self.executor.graphs:
                cotangents = _typed(question, "cotangents", list)
                return _told(self.executor.execute({"op": "vjp", "graph": question["graph"], "cotangents": cotangents}))
            case "call":
                return self._call(question)
        raise _nonsense()

    def _call(self, question: Mapping[str, Any]) -> dict[str, Any]:
        target, args, seed = question.get("target"), _typed(question, "args", list), _typed(question, "seed", int)
        if not 0 <= seed < MAX_SEED:
            raise _nonsense()
        request = {"op": "call", "target": target, "args": args, "manual_seed": seed}
        request["grad"] = "grad" in question and _typed(question, "grad", bool)
        state: dict[str, Any] = {}
        doublings = 0.0
        if type(target) is int and target in self.executor.objects:
            half = self.executor.objects[target]
            state, *args = half.checked(args)
            request["path"], doublings = "forward", half.doublings
        elif type(target) is not str or target not in self.forms:
            raise _nonsense()
        cost = _elements(args) + _elements(state) / STATE_PER_ELEMENT
        doublings += _doublings(args)
        if cost + sum(self.kept.values()) > MAX_ELEMENTS or not _moderate(args) or doublings > MAX_DOUBLINGS:
            return _refusal("what is supplied takes no tensors or numbers this large")
        # Numbers of its own: the state of ours tells what hidden inputs are drawn next.
        with torch.random.fork_rng(devices=[]):
            if type(target) is str and self.forms[target]["forward"] is not None:
                return self._construct(request)
            reply = _told(self.executor.execute(request))
        if isinstance(reply.get("graph"), int):
            self.kept[reply["graph"]] = cost
        return reply

    def _construct(self, request: Mapping[str, Any]) -> dict[str, Any]:
        objects = self.executor.objects
        # Without memory first: a small number may stand for a large module.
        with torch.device("meta"):
            outline = Executor()
            outline.module = self.executor.module
            told = outline.execute({**request, "grad": False})
        if not told["ok"]:
            return _told(told)
        (made,) = outline.objects.values()
        elements = sum(each.elements for each in (_Half(made, 0.0), *objects.values()))
        if len(objects) >= MAX_MODULES or elements > MAX_ELEMENTS * STATE_PER_ELEMENT:
            return _refusal("no modules this large or this many are supplied")
        reply = self.executor.execute({**request, "grad": False})
        if reply["ok"]:
            id = reply["value"].id
            objects[id] = _Half(objects[id], _doublings(request["args"]))
        return _told(reply)


class _Half:
    """A module without a state of its own: each forward brings it.

    `doublings` are those of the numbers that it was made of, which multiply the work of each forward.
    """

    def __init__(self, module: torch.nn.Module, doublings: float) -> None:
        self.module, self.doublings = module, doublings
        self.buffers = {name for name, _each in module.named_buffers()}
        self.tensors = {*self.buffers, *(name for name, _each in module.named_parameters())}
        self.elements = _elements([*module.parameters(), *module.buffers()])

    def checked(self, args: list[Any]) -> list[Any]:
        """The arguments of `forward`, which are a worker's word."""
        if len(args) < 2 or type(args[0]) is not dict or type(args[1]) is not bool:
            raise _nonsense()
        if any(name not in self.tensors or not isinstance(each, torch.Tensor) for name, each in args[0].items()):
            raise _nonsense()
        return [args[0], *args[2:]]

    def forward(self, state: Mapping[str, torch.Tensor], training: bool, *args: Any) -> tuple[Any, dict[str, Any]]:
        """The result, and the buffers after it."""
        given = {name: each.clone() if name in self.buffers else each for name, each in state.items()}
        result = torch.func.functional_call(self.module.train(training), given, args)
        return result, {name: given[name].detach() for name in given if name in self.buffers}


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


def _told(reply: dict[str, Any]) -> dict[str, Any]:
    return reply if reply["ok"] else _refusal(reply["error"]["message"])


def _refusal(message: str) -> dict[str, Any]:
    return {"ok": False, "error": {"message": message}}
