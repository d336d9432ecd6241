"""Loads one submission and carries out the grader's requests against it, in this process.

Everything here runs in the same process as student code, so nothing it says is believed: a student
who takes it over can only send values that are compared anyway. It is handed source text, never a path.

Requests are dicts with an `op`:

    load      text, file, module, helpers, supplied    execute the submission's source
    call      target, path, args, grad                 call a function, a constructor or a method; also
              [parameters, values, echo, watch]        a module's tensors, set and differentiated
    fetch     target, path                             read an attribute as it is now
    assign    target, values                           copy values into tensors in place
    mode      target, training                         module.train(training)
    vjp       graph, cotangents                        gradients of an earlier call's inputs
    probe     layers [device], or pairs                build a net of `probes`, or batches
    log                                                what the probes have observed since the check began
    state     target                                   a module's parameters, buffers, gradients and modes
    move      target, device                           module.to(device)
    fit       target, images, labels, recipe [device]  train a module by `recipe`; the mean loss of each epoch
    gpu       memory_mb, visible                       use the GPU, as exactly as it can; its name
    batch     requests                                 carry out each; the reply holds all their replies

Arguments may hold handles, which stand for objects here. A call with a `device` has its tensors moved
there first, and the reply says on which `devices` those of its value are. Any request may carry `begin`
(a check begins: ids start here, and nothing earlier is kept), `seed` (of all random numbers, set before
it runs), `manual_seed` (of torch's alone), `pretend` (a device that is to seem to be there) and `forget`
(ids that are no longer needed).
A reply is {"ok": True, "value": ...}, {"ok": False, "error": {...}} or {"ok": False, "undefined": name}.
"""

from __future__ import annotations

import importlib
import itertools
import random
import traceback
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy
import torch

from autograder.sandbox import gpu, recipe, wire
from autograder.sandbox.graphs import Graph, Handed
from autograder.sandbox.modules import SourceFinder
from autograder.sandbox.pretend import CPU, Pretence, put
from autograder.sandbox.probes import Epoch, Probes, modes
from autograder.sandbox.remote import Peer
from autograder.sandbox.supplied import Supplied
from autograder.sandbox.watch import threads, watching

MAX_TEXT = 2000
REPLY_CAP = 64 << 20


class Executor:
    """Loads a submission and executes requests against it, in this process.

    `supplier` answers for what the grader supplies (follow-through); `epoch` is told how far a
    training has come.
    """

    def __init__(self, supplier: Peer | None = None, epoch: Epoch = lambda number: None) -> None:
        self.supplier, self.epoch, self.alone = supplier, epoch, threads()
        self.probes = Probes(epoch)
        self.module: ModuleType | None = None
        self.finder = SourceFinder()
        self.objects: dict[int, Any] = {}
        self.graphs: dict[int, Graph] = {}
        self.ids = itertools.count(1)

    def execute(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one request; whatever student code raises becomes an error reply."""
        if "begin" in request:
            self.ids = itertools.count(request["begin"])
            self.objects.clear()
            self.graphs.clear()
            self.probes = Probes(self.epoch)
        for kind, id in request.get("forget", ()):
            (self.graphs if kind == "graph" else self.objects).pop(id, None)
        if "seed" in request:
            seed_everything(request["seed"])
        if "manual_seed" in request:
            seed_torch(request["manual_seed"])
        try:
            carry_out = getattr(self, f"_{request['op']}")
            if "pretend" not in request:
                return {"ok": True, **carry_out(request)}
            for tensor in wire.tensors_in(request):
                put(tensor, CPU)
            with Pretence(request["pretend"]):
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
            exercise: Supplied(self.supplier, exercise).names(forms) for exercise, forms in request["supplied"].items()
        }
        self.finder.activate()
        self.module = importlib.import_module(request["module"])
        return {}

    def _call(self, request: Mapping[str, Any]) -> dict[str, Any]:
        args = self._given(request["args"], request.get("device"))
        target = self._target(request)
        self._assign(request)
        before = wire.encode(wire.each_tensor(torch.Tensor.detach, args)) if request.get("echo") else b""
        inputs = wire.tensors_in(args)
        inputs += [_attribute(self.objects[request["target"]], name) for name in request.get("parameters", ())]
        handed = Handed(args) if request.get("grad") else None
        with watching(request.get("watch", False), self.alone) as seen, torch.enable_grad():
            result = target(*(handed.given if handed else args))
        reply: dict[str, Any] = {"value": self._portable(result)}
        if "device" in request:
            reply["devices"] = [str(tensor.device) for tensor in wire.tensors_in(reply["value"])]
        if handed:
            reply["graph"] = self._keep_graph(handed.graph(inputs, reply["value"], target))
        if request.get("echo"):
            reply["echo"] = None if wire.encode(wire.each_tensor(torch.Tensor.detach, args)) == before else args
        if seen is not None:
            reply |= {"operators": sorted(seen[0]), "calls": sorted(seen[1])}
        return reply

    def _gpu(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"value": gpu.start(request["memory_mb"], request["visible"])}

    def _batch(self, request: Mapping[str, Any]) -> dict[str, Any]:
        # Encoded at once: a later request may change the tensors of an earlier reply in place.
        return {"replies": [self.encoded(self.execute(each)) for each in request["requests"]]}

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

    def _probe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if "pairs" in request:
            return {"value": self._portable(self.probes.batches(request["pairs"]))}
        return {"value": self._portable(self.probes.net(*request["layers"], device=request["device"]))}

    def _log(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"value": self.probes.log()}

    def _state(self, request: Mapping[str, Any]) -> dict[str, Any]:
        module = self.objects[request["target"]]
        gradients = {name: each.grad for name, each in module.named_parameters()}
        return {"value": _about(module) | {"gradients": gradients, "modes": modes(module)}}

    def _move(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self.objects[request["target"]].to(request["device"])
        return {}

    def _fit(self, request: Mapping[str, Any]) -> dict[str, Any]:
        net, device = self.objects[request["target"]], request["device"]
        images, labels = (request[name].to(device) for name in ("images", "labels"))
        with torch.enable_grad():
            return {"value": recipe.fit(net.to(device), images, labels, recipe.Recipe(**request["recipe"]), self.epoch)}

    def _vjp(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"value": self.graphs[request["graph"]].gradients(request["cotangents"])}

    def _keep_graph(self, graph: Graph | None) -> int | None:
        if graph is None:
            return None
        id = next(self.ids)
        self.graphs[id] = graph
        return id

    def _given(self, value: Any, device: torch.device | None) -> Any:
        """Arguments as student code gets them: objects for handles, tensors where they are wanted."""
        if isinstance(value, wire.Handle):
            return self.objects[value.id]
        if isinstance(value, (list, tuple)):
            return type(value)(self._given(item, device) for item in value)
        return value.to(device) if device is not None and isinstance(value, torch.Tensor) else value

    def _target(self, request: Mapping[str, Any]) -> Any:
        """The object that `target` (a defined name, or a handle's id) and `path` (attributes) lead to."""
        target = request["target"]
        if isinstance(target, str):
            if not hasattr(self.module, target):
                raise self.finder.broken.get(target) or _Undefined(target)
            found = getattr(self.module, target)
        else:
            found = self.objects[target]
        return _attribute(found, request.get("path", ""))

    def _portable(self, value: Any) -> Any:
        """`value` as the wire carries it, with handles for what it cannot carry."""
        if isinstance(value, (list, tuple, dict)) and self._has_methods(value):
            return self._handle(value)
        if isinstance(value, (list, tuple)):  # a named tuple is a tuple
            return (list if isinstance(value, list) else tuple)(self._portable(item) for item in value)
        if isinstance(value, dict) and all(map(wire.is_key, value)):
            return {key: self._portable(item) for key, item in value.items()}
        value = plain(value)
        return value if wire.carries(value) else self._handle(value)

    def _has_methods(self, value: Any) -> bool:
        """Whether a container has methods of the submission's own: `class Accumulator(list)` is more than a list."""
        theirs = [kind for kind in type(value).__mro__ if kind.__module__ in self.finder.sources]
        named = [(name, each) for kind in theirs for name, each in vars(kind).items()]
        return any(callable(each) and not name.startswith("_") for name, each in named)

    def _handle(self, value: Any) -> wire.Handle:
        id = next(self.ids)
        self.objects[id] = value
        return wire.Handle(id, type(value).__name__[:100], _about(value))

    def encoded(self, reply: dict[str, Any]) -> bytes:
        """The bytes of a reply, or of an error if it cannot be sent."""
        try:
            body = wire.encode(reply, strided=False)
            if len(body) > REPLY_CAP:
                raise wire.Unencodable(f"a result of {len(body) >> 20} MiB")
            return body
        except BaseException as error:
            return wire.encode({"ok": False, "error": self._describe(error)})

    def _describe(self, error: BaseException) -> dict[str, Any]:
        if isinstance(error, NameError):  # of a notebook: a cell did not define it, for it had raised something else
            error = self.finder.broken.get(error.name or "", error)
        files = [file for file, _ in self.finder.sources.values()]  # the submission's first, then its helpers'
        places = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
        file, line = "", 0
        if isinstance(error, SyntaxError) and error.filename in files:
            files, places = [error.filename], [(error.filename, error.lineno or 0)]
        # Of a stub, which may be another file's, the line that raised; else the submission's own comes first.
        for names in [files] if isinstance(error, NotImplementedError) else [[name] for name in files]:
            file, line = next((place for place in reversed(places) if place[0] in names), (file, line))
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


class _Undefined(Exception):
    """The submission defines no such name."""


def plain(value: Any) -> Any:
    """A number or text of a subclass (numpy.float64 is a float) as the built-in type that it is."""
    for builtin in (float, int, str):
        if isinstance(value, builtin) and type(value) not in (builtin, bool):
            return builtin(value)
    return value


def seed_torch(seed: int) -> None:
    torch.default_generator.manual_seed(seed)  # torch.manual_seed formats a stack trace for CUDA's sake: 0.3 ms
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.manual_seed_all(seed)


def seed_everything(seed: int) -> None:
    seed_torch(seed)
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
