"""What is supplied of the reference to students, from the trusted process.

`Supplier` answers a worker whose submission imports an exercise that its author has wrong or has not handed
in: the worker gets values and gradients, and the parameters of modules, never the code.
"""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

import torch

from autograder.exercise import Exercise
from autograder.grading.mirrors import tensors_of
from autograder.grading.reference import module_of
from autograder.sandbox import wire
from autograder.sandbox.executor import Executor
from autograder.sandbox.remote import furnish, named_tensors

# Of one question, and of all results that a worker holds on to: a graph takes 5 KB for each.
MAX_ELEMENTS = 1 << 14
MAX_NUMBER = 100  # a step count, a padding: what a question may make the reference repeat or allocate
MAX_DOUBLINGS = 24  # of the work, by all elements and numbers together: each may multiply the others
STATE_PER_ELEMENT = 16  # elements of a module's parameters that are reckoned as one: no step is taken for each
MAX_OBJECTS = 100  # modules and others that a worker holds on to, with as many elements together as one may have
MAX_PARTS = 2000  # of the names of a worker's tensors: a submodule is made for each
STAND_INS = {"Linear", "Conv1d", "Conv2d", "Conv3d", "Embedding", "LayerNorm", "BatchNorm1d", "BatchNorm2d"}
OPERATORS = {"__call__", "__getitem__", "__len__"}  # supplied beside methods with plain names
MAX_SEED = 1 << 63


def forms(exercise: Exercise) -> dict[str, dict[str, Any]]:
    """What can be supplied of an exercise, by name: functions, modules and classes of objects, and what they take."""
    module = module_of(exercise.solution)
    found = {name: getattr(module, name, None) for name in exercise.implement}
    return {name: form for name, each in found.items() if (form := _form(each)) is not None}


def _form(found: Any) -> dict[str, Any] | None:
    if isinstance(found, FunctionType):
        return {"kind": "function", "parameters": _parameters(found), "methods": {}}
    if not isinstance(found, type) or issubclass(found, (list, tuple, dict, str, int, float)):
        return None  # objects of these travel as what they are, and cannot stay here
    if issubclass(found, torch.nn.Module):
        methods = {"forward": _parameters(found.forward, 1)}
        return {"kind": "module", "parameters": _parameters(found), "methods": methods}
    functions = {name: each for name, each in vars(found).items() if isinstance(each, FunctionType)}
    public = {name: each for name, each in functions.items() if name in OPERATORS or not name.startswith("_")}
    methods = {name: _parameters(each, 1) for name, each in public.items()}
    return {"kind": "object", "parameters": _parameters(found), "methods": methods}


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
    """The trusted end of one supplied exercise, with the objects and graphs that a worker holds on to."""

    def __init__(self, exercise: Exercise) -> None:
        self.forms = forms(exercise)
        self.executor = Executor()
        self.executor.module = module_of(exercise.solution)
        self.kept: dict[int, float] = {}  # what a graph is reckoned at

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        for dropped in _typed(question, "forget", list):
            if type(dropped) is not tuple or [type(part) for part in dropped] != [str, int]:
                raise _nonsense()
            (self.executor.graphs if dropped[0] == "graph" else self.executor.objects).pop(dropped[1], None)
        self.kept = {id: cost for id, cost in self.kept.items() if id in self.executor.graphs}
        # Nothing else that a function may have returned is of use to a worker.
        self.executor.objects = {id: each for id, each in self.executor.objects.items() if isinstance(each, _Held)}
        # Random numbers of its own: the state of ours tells what hidden inputs are drawn next.
        with torch.random.fork_rng(devices=[]):
            match _typed(question, "op", str):
                case "vjp" if _typed(question, "graph", int) in self.executor.graphs:
                    cotangents = _typed(question, "cotangents", list)
                    request = {"op": "vjp", "graph": question["graph"], "cotangents": cotangents, "manual_seed": 0}
                    return _told(self.executor.execute(request))
                case "call":
                    return self._call(question)
        raise _nonsense()

    def _call(self, question: Mapping[str, Any]) -> dict[str, Any]:
        target, args, seed = question.get("target"), _typed(question, "args", list), _typed(question, "seed", int)
        if not 0 <= seed < MAX_SEED:
            raise _nonsense()
        request = {"op": "call", "target": target, "args": args, "manual_seed": seed}
        request["grad"] = "grad" in question and _typed(question, "grad", bool)
        held = self.executor.objects.get(target) if type(target) is int else None
        kind = self.forms[target]["kind"] if type(target) is str and target in self.forms else ""
        if held is None and not kind:
            raise _nonsense()
        state: dict[str, Any] = {}
        doublings = 0.0
        if held is not None:
            state, args = held.checked(args, self.forms)
            request["path"], doublings = "answer", held.doublings
        stand_ins: list[torch.nn.Module] = []
        if kind == "function":
            stand_ins = _stand_ins([each for each in args if isinstance(each, wire.Handle)])
            args = [each for each in args if not isinstance(each, wire.Handle)]
        cost = _elements(args) + sum(map(_size, stand_ins), _elements(state)) / STATE_PER_ELEMENT
        doublings += _doublings(args)
        if cost + sum(self.kept.values()) > MAX_ELEMENTS or not _moderate(args) or doublings > MAX_DOUBLINGS:
            return _refusal("what is supplied takes no tensors or numbers this large")
        if sum(each.elements for each in self.executor.objects.values()) > MAX_ELEMENTS * STATE_PER_ELEMENT:
            return _refusal("the objects that are supplied hold no more than this")
        if kind in ("module", "object"):
            return self._construct({**request, "grad": False}, doublings)
        self.executor.objects |= {-number: each for number, each in enumerate(stand_ins, 1)}
        handles = (wire.Handle(-number) for number in itertools.count(1))
        request["args"] = [next(handles) if isinstance(each, wire.Handle) else each for each in request["args"]]
        reply = _told(self.executor.execute(request))
        if isinstance(reply.get("graph"), int):
            self.kept[reply["graph"]] = cost
        return reply | {"modules": [dict(each.state_dict()) for each in stand_ins]} if stand_ins else reply

    def _construct(self, request: Mapping[str, Any], doublings: float) -> dict[str, Any]:
        objects = self.executor.objects
        # Without memory first: a small number may stand for a large module.
        with torch.device("meta"):
            outline = Executor()
            outline.module = self.executor.module
            told = outline.execute(request)
        if not told["ok"]:
            return _told(told)
        (made,) = outline.objects.values()
        elements = sum(each.elements for each in (_held(made, 0.0), *objects.values()))
        if len(objects) >= MAX_OBJECTS or elements > MAX_ELEMENTS * STATE_PER_ELEMENT:
            return _refusal("no objects this large or this many are supplied")
        reply = self.executor.execute(request)
        if reply["ok"]:
            id = reply["value"].id
            objects[id] = _held(objects[id], doublings)
        return _told(reply)


def _stand_ins(modules: list[wire.Handle]) -> list[torch.nn.Module]:
    """What stands for modules of the worker's that are arguments: a class, if it is one of torch's, and tensors."""
    found = []
    parts = len(modules)
    for told in modules:
        parameters, buffers = tensors_of(told.about, "parameters"), tensors_of(told.about, "buffers")
        parts += sum(1 + name.count(".") for name in (*parameters, *buffers))
        if parts > MAX_PARTS:
            raise _nonsense()
        kind = getattr(torch.nn, told.type) if told.type in STAND_INS else torch.nn.Module
        module: torch.nn.Module = kind.__new__(kind)
        torch.nn.Module.__init__(module)
        furnish(module, parameters, buffers)
        found.append(module)
    return found


class _Held:
    """Something that a worker holds on to.

    `elements` are what it takes, and `doublings` those of the numbers that it was made of, which multiply the
    work of each call.
    """

    elements: int
    doublings: float

    def checked(self, args: list[Any], forms: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        """The state that the arguments of `answer`, which are a worker's word, bring, and those that the call takes."""
        raise NotImplementedError


def _held(value: Any, doublings: float) -> _Held:
    return _Half(value, doublings) if isinstance(value, torch.nn.Module) else _Object(value, doublings)


class _Object(_Held):
    """An object that is no module: what was handed to it, it may keep."""

    def __init__(self, value: Any, doublings: float) -> None:
        self.value, self.doublings, self.elements = value, doublings, STATE_PER_ELEMENT

    def checked(self, args: list[Any], forms: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        if not args or type(args[0]) is not str or args[0] not in forms[type(self.value).__name__]["methods"]:
            raise _nonsense()
        self.elements += _kept(args[1:])
        return {}, args[1:]

    def answer(self, method: str, *args: Any) -> Any:
        return getattr(self.value, method)(*args)


class _Half(_Held):
    """A module without a state of its own: each forward brings it."""

    def __init__(self, module: torch.nn.Module, doublings: float) -> None:
        self.module, self.doublings = module, doublings
        self.buffers = {name for name, _each in module.named_buffers()}
        self.tensors = {*named_tensors(module)}
        self.elements = _size(module)

    def checked(self, args: list[Any], forms: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        if len(args) < 2 or type(args[0]) is not dict or type(args[1]) is not bool:
            raise _nonsense()
        if any(name not in self.tensors or not isinstance(each, torch.Tensor) for name, each in args[0].items()):
            raise _nonsense()
        return args[0], args[2:]

    def answer(self, state: Mapping[str, torch.Tensor], training: bool, *args: Any) -> tuple[Any, dict[str, Any]]:
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


def _size(module: torch.nn.Module) -> int:
    return _elements([*module.parameters(), *module.buffers()])


def _kept(value: Any) -> int:
    """What it takes to keep a value, in elements of a tensor."""
    if isinstance(value, dict):
        return sum(_kept(key) + _kept(each) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return STATE_PER_ELEMENT + sum(map(_kept, value))
    return STATE_PER_ELEMENT + (len(value) if isinstance(value, str) else _elements(value))


def _moderate(value: Any) -> bool:
    """Whether no number in it is large, and nothing in it an object."""
    if isinstance(value, dict):
        return all(map(_moderate, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_moderate, value))
    if isinstance(value, wire.Handle):
        return False
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
