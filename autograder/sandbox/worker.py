"""The untrusted half: loads one submission and answers the grader's requests.

Everything here runs in the same process as student code, so nothing it says is believed: a student
who takes it over can only send values that are compared anyway. It imports the wire and nothing
else of ours, and is handed source text, never a path.

Requests are dicts with an `op`:

    load      text, file, module, helpers, supplied    execute the submission's source
    call      target, path, args, grad                 call a function, a constructor or a method; also
              [parameters, values, echo, watch]        a module's tensors, set and differentiated
    fetch     target, path                             read an attribute as it is now
    assign    target, values                           copy values into tensors in place
    mode      target, training                         module.train(training)
    vjp       graph, cotangents                        gradients of an earlier call's inputs
    batch     requests                                 carry out each; the reply holds all their replies

Any request may carry `begin` (a check begins: ids start here, and nothing earlier is kept), `seed`
(of all random numbers, set before it runs), `manual_seed` (of torch's alone) and `forget` (ids that
are no longer needed).
A reply is {"ok": True, "value": ...}, {"ok": False, "error": {...}} or {"ok": False, "undefined": name}.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import itertools
import linecache
import os
import random
import socket
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from autograder.sandbox import wire
from autograder.sandbox.remote import Peer, remote_call

MAX_TEXT = 2000
# Modules that submissions import for plots and notebooks, and that grading can do without.
BYSTANDERS = {"matplotlib", "matplotlib_inline", "seaborn", "plotly", "IPython", "ipywidgets", "tqdm", "pandas", "d2l"}
REPLY_CAP = 64 << 20


class Executor:
    """Loads a submission and executes requests against it, in this process.

    `supplier` answers for functions that the grader supplies (follow-through).
    """

    def __init__(self, supplier: Peer | None = None) -> None:
        self.supplier = supplier
        self.module: ModuleType | None = None
        self.finder = _SourceFinder()
        self.objects: dict[int, Any] = {}
        self.graphs: dict[int, _Graph] = {}
        self.ids = itertools.count(1)

    def execute(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one request; whatever student code raises becomes an error reply."""
        if "begin" in request:
            self.ids = itertools.count(request["begin"])
            self.objects.clear()
            self.graphs.clear()
        for kind, id in request.get("forget", ()):
            (self.graphs if kind == "graph" else self.objects).pop(id, None)
        if "seed" in request:
            seed_everything(request["seed"])
        if "manual_seed" in request:
            torch.default_generator.manual_seed(request["manual_seed"])
        try:
            carry_out = getattr(self, f"_{request['op']}")
            return {"ok": True, **carry_out(request)}
        except _Undefined as error:
            return {"ok": False, "undefined": str(error)}
        except BaseException as error:
            return {"ok": False, "error": self._describe(error)}

    def _load(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self.finder.sources = {request["module"]: (request["file"], request["text"])} | {
            name: (f"{name}.py", text) for name, text in request["helpers"].items()
        }
        self.finder.supplied = {
            exercise: {name: _Supplied(self.supplier, exercise).function(name) for name in names}
            for exercise, names in request["supplied"].items()
        }
        self.finder.activate()
        self.module = importlib.import_module(request["module"])
        return {}

    def _call(self, request: Mapping[str, Any]) -> dict[str, Any]:
        args = request["args"]
        target = self._target(request)
        self._assign(request)
        before = wire.encode(_detached(args)) if request.get("echo") else b""
        inputs = wire.tensors_in(args)
        inputs += [_attribute(self.objects[request["target"]], name) for name in request.get("parameters", ())]
        with _watching(request.get("watch", False)) as seen, torch.enable_grad():
            result = target(*(_unleafed(args) if request.get("grad") else args))
        reply: dict[str, Any] = {"value": self._portable(result)}
        if request.get("grad"):
            reply["graph"] = self._keep_graph(inputs, reply["value"], lambda: target(*_unleafed(args)))
        if request.get("echo"):
            reply["echo"] = None if wire.encode(_detached(args)) == before else args
        if seen is not None:
            reply |= {"operators": sorted(seen[0]), "calls": sorted(seen[1])}
        return reply

    def _batch(self, request: Mapping[str, Any]) -> dict[str, Any]:
        # Encoded at once: a later request may change the tensors of an earlier reply in place.
        return {"replies": [_encoded(self, self.execute(each)) for each in request["requests"]]}

    def _fetch(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"value": self._portable(self._target(request))}

    def _assign(self, request: Mapping[str, Any]) -> dict[str, Any]:
        with torch.no_grad():
            for name, value in request.get("values", {}).items():
                _attribute(self.objects[request["target"]], name).copy_(value)
        return {}

    def _mode(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self.objects[request["target"]].train(request["training"])
        return {}

    def _vjp(self, request: Mapping[str, Any]) -> dict[str, Any]:
        graph, cotangents = self.graphs[request["graph"]], request["cotangents"]
        try:
            gradients = graph.gradients(graph.outputs, cotangents)
        except RuntimeError as error:
            if "modified by an inplace operation" not in str(error):
                raise
            # Writing into its inputs costs a submission its purity, not its gradients.
            with torch.autograd.graph.allow_mutation_on_saved_tensors():
                gradients = graph.gradients(_linked(graph.again()), cotangents)
        return {"value": gradients}

    def _keep_graph(self, inputs: list[torch.Tensor], value: Any, again: Callable[[], Any]) -> int | None:
        if not _linked(value):
            return None
        id = next(self.ids)
        self.graphs[id] = _Graph(inputs, _linked(value), again)
        return id

    def _target(self, request: Mapping[str, Any]) -> Any:
        """The object that `target` (a defined name, or a handle's id) and `path` (attributes) lead to."""
        target = request["target"]
        if isinstance(target, str):
            if not hasattr(self.module, target):
                raise _Undefined(target)
            found = getattr(self.module, target)
        else:
            found = self.objects[target]
        return _attribute(found, request.get("path", ""))

    def _portable(self, value: Any) -> Any:
        """`value` as the wire carries it, with handles for what it cannot carry."""
        if isinstance(value, (list, tuple)):  # a named tuple is a tuple
            return (list if isinstance(value, list) else tuple)(self._portable(item) for item in value)
        if isinstance(value, dict) and all(map(wire.is_key, value)):
            return {key: self._portable(item) for key, item in value.items()}
        value = plain(value)
        if wire.carries(value):
            return value
        id = next(self.ids)
        self.objects[id] = value
        return wire.Handle(id, type(value).__name__[:100], _about(value))

    def _describe(self, error: BaseException) -> dict[str, Any]:
        files = [file for file, _ in self.finder.sources.values()]  # the submission's first, then its helpers'
        places = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
        file, line = "", 0
        if isinstance(error, SyntaxError) and error.filename in files:
            files, places = [error.filename], [(error.filename, error.lineno or 0)]
        for name in files:
            file, line = next((place for place in reversed(places) if place[0] == name), (file, line))
            if file:
                break
        try:
            message = str(error.msg if isinstance(error, SyntaxError) else error)
        except BaseException:
            message = ""
        return {
            "type": type(error).__name__[:100],
            "bases": [base.__name__[:100] for base in type(error).__mro__[1:20]],
            "message": message[:MAX_TEXT],
            "file": file,
            "line": line,
        }


@dataclass
class _Graph:
    """What backward needs of a call: leaves, results that depend on them, and how to call again."""

    inputs: list[torch.Tensor]
    outputs: list[torch.Tensor]
    again: Callable[[], Any]

    def gradients(self, outputs: list[torch.Tensor], cotangents: list[torch.Tensor | None]) -> list[Any]:
        """One gradient per input; None where none is wanted, or none arrives."""
        reached = [pair for pair in zip(outputs, cotangents, strict=True) if pair[1] is not None]
        wanted = [tensor for tensor in self.inputs if tensor.requires_grad]
        found = iter(
            torch.autograd.grad(
                [output for output, _ in reached],
                wanted,
                [cotangent for _, cotangent in reached],
                retain_graph=True,
                allow_unused=True,
            )
        )
        return [next(found) if tensor.requires_grad else None for tensor in self.inputs]


def _linked(value: Any) -> list[torch.Tensor]:
    return [tensor for tensor in wire.tensors_in(value) if tensor.requires_grad]


def _unleafed(value: Any) -> Any:
    """`value` with copies in place of leaves, which autograd does not let anyone write into."""
    return _each_tensor(lambda tensor: tensor.clone() if tensor.requires_grad else tensor, value)


def _detached(value: Any) -> Any:
    """`value` with tensors that share its memory and ask for no gradient."""
    return _each_tensor(torch.Tensor.detach, value)


def _each_tensor(change: Callable[[torch.Tensor], torch.Tensor], value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_each_tensor(change, item) for item in value)
    if isinstance(value, dict):
        return {key: _each_tensor(change, item) for key, item in value.items()}
    return value


class _Undefined(Exception):
    """The submission defines no such name."""


class _SourceFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves the submission, its helper modules and what the grader supplies from memory."""

    def __init__(self) -> None:
        self.sources: dict[str, tuple[str, str]] = {}
        self.supplied: dict[str, dict[str, Any]] = {}
        self.mine: dict[str, ModuleType] = {}
        self.theirs: dict[str, ModuleType] = {}

    def activate(self) -> None:
        """From now on the submission's modules are importable, and nothing else of their names."""
        self.theirs = self._swap(self.mine)
        sys.meta_path.insert(0, self)

    def deactivate(self) -> None:
        """Undo `activate`, for a process that goes on after the submission."""
        sys.meta_path.remove(self)
        self.mine = self._swap(self.theirs)

    def _swap(self, modules: dict[str, ModuleType]) -> dict[str, ModuleType]:
        names = {*self.sources, *self.supplied}
        taken = {name: sys.modules.pop(name) for name in names if name in sys.modules}
        sys.modules.update(modules)
        return taken

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname in self.sources or fullname in self.supplied:
            return importlib.util.spec_from_loader(fullname, self)
        if fullname.partition(".")[0] in BYSTANDERS:
            return _bystander(fullname, self)
        return None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        if name in self.sources:
            file, text = self.sources[name]
            linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
            module.__file__ = file
            try:
                exec(compile(text, file, "exec", dont_inherit=True), module.__dict__)
            except BaseException:
                if name not in self.supplied:
                    raise
        module.__dict__.update(self.supplied.get(name, {}))


class _Bystander(ModuleType):
    """In place of a module for pictures and notebooks that is not installed: importing it costs nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"{self.__name__} is not installed where your code is graded, so it has no {name}")


class _BystanderLoader(importlib.abc.Loader):
    def create_module(self, spec: Any) -> ModuleType:
        return _Bystander(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def _bystander(fullname: str, finder: Any) -> Any:
    """A spec for such a module, unless it is there."""
    sys.meta_path.remove(finder)
    try:
        if importlib.util.find_spec(fullname) is not None:
            return None
    except (ImportError, ValueError, AttributeError):
        pass
    finally:
        sys.meta_path.insert(0, finder)
    return importlib.util.spec_from_loader(fullname, _BystanderLoader(), is_package=True)


class _Supplied:
    """Asks the grader on behalf of one exercise's supplied functions."""

    def __init__(self, peer: Peer | None, exercise: str) -> None:
        assert peer is not None
        self.peer, self.exercise = peer, exercise
        self.dropped: list[tuple[str, int]] = []

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        dropped, self.dropped = self.dropped, []
        return self.peer.ask(request | {"exercise": self.exercise, "forget": dropped})

    def forget(self, kind: str, id: int) -> None:
        self.dropped.append((kind, id))

    def function(self, name: str) -> Any:
        def supplied(*args: Any) -> Any:
            request = {"op": "call", "target": name, "args": list(args)}
            return remote_call(self, request, (), receive_supplied)

        supplied.__name__ = supplied.__qualname__ = name
        return supplied


def receive_supplied(reply: Mapping[str, Any]) -> Any:
    """The value of a supplied function's reply; its error is raised as student code would see it."""
    if not reply["ok"]:
        raise RuntimeError(reply["error"]["message"])
    return reply["value"]


def plain(value: Any) -> Any:
    """A number or text of a subclass (numpy.float64 is a float) as the built-in type that it is."""
    for builtin in (float, int, str):
        if isinstance(value, builtin) and type(value) not in (builtin, bool):
            return builtin(value)
    return value


def seed_everything(seed: int) -> None:
    torch.default_generator.manual_seed(seed)  # torch.manual_seed formats a stack trace for CUDA's sake: 0.3 ms
    random.seed(seed)
    numpy.random.seed(seed % (1 << 32))


def _attribute(target: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        target = getattr(target, name)
    return target


def _about(value: Any) -> Any:
    """What the mirror of a module must know; None for any other object."""
    if not isinstance(value, torch.nn.Module):
        return None
    return {
        "parameters": {name: each for name, each in value.named_parameters() if wire.carries(each)},
        "buffers": {name: each for name, each in value.named_buffers() if wire.carries(each)},
        "training": value.training is True,
    }


class _Operators(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self, seen: set[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen = seen

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen.add(func._schema.name)
        return func(*args, **(kwargs or {}))


@contextmanager
def _watching(wanted: bool) -> Iterator[tuple[set[str], set[str]] | None]:
    """Collect the operators that torch dispatches and the Python functions that are called."""
    if not wanted:
        yield None
        return
    operators: set[str] = set()
    calls: set[str] = set()

    def profile(frame: Any, event: str, arg: Any) -> None:
        if event == "call":
            calls.add(f"{frame.f_globals.get('__name__', '')}:{frame.f_code.co_name}")
        elif event == "c_call":
            calls.add(f"{getattr(arg, '__module__', '')}:{getattr(arg, '__name__', '')}")

    sys.setprofile(profile)
    try:
        with _Operators(operators):
            yield operators, calls
    finally:
        sys.setprofile(None)


class _Asking:
    """Asks the trusted side, in the middle of a request, for what the grader supplies."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.nonce = 0

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        body = wire.encode(request, strided=False)
        self.connection.sendall(wire.frame(wire.QUESTION, self.nonce, body))
        _, _, answer = _receive(self.connection)
        return dict(answer)

    def forget(self, kind: str, id: int) -> None:
        raise NotImplementedError("what is no longer needed goes with the next question")


def serve(connection: socket.socket) -> None:
    """Answer requests until the other side hangs up. Never returns to a caller that matters."""
    asking = _Asking(connection)
    executor = Executor(asking)
    while True:
        _, nonce, request = _receive(connection)
        asking.nonce = nonce
        reply = executor.execute(request)
        if "replies" in reply:
            body = wire.encode_fields({"ok": wire.encode(True), "replies": wire.encode_list(reply["replies"])})
        else:
            body = _encoded(executor, reply)
        connection.sendall(wire.frame(wire.REPLY, nonce, body))


def _encoded(executor: Executor, reply: dict[str, Any]) -> bytes:
    """The bytes of a reply, or of an error if it cannot be sent."""
    try:
        body = wire.encode(reply, strided=False)
        if len(body) > REPLY_CAP:
            raise wire.Unencodable(f"a result of {len(body) >> 20} MiB")
        return body
    except BaseException as error:
        return wire.encode({"ok": False, "error": executor._describe(error)})


def _receive(connection: socket.socket) -> tuple[int, int, Any]:
    kind, nonce, length = wire.header(_exactly(connection, wire.HEADER.size), 1 << 40)
    return kind, nonce, wire.decode(_exactly(connection, length), strided=True)


def _exactly(connection: socket.socket, size: int) -> bytes:
    received = bytearray(size)
    view, at = memoryview(received), 0
    while at < size:
        count = connection.recv_into(view[at:])
        if count == 0:
            os._exit(0)
        at += count
    return bytes(received)
