"""The submission as a hidden test sees it: its functions, modules and objects, which live in the worker.

`submission.f(X, K)` returns a tensor, `submission.Layer((2, 3))` a module, and gradients flow
through both. Nothing of the student's is ever executed on this side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from autograder.compare import Mismatch
from autograder.errors import SubmissionRaised, WorkerError
from autograder.grading.examples import fresh
from autograder.sandbox import wire
from autograder.sandbox.connection import Batch, Worker
from autograder.sandbox.remote import Peer, Reference, remote_call
from autograder.sandbox.wire import Handle, WireError

MAX_NAME = 200
MAX_NAMES = 10_000  # of one kind in one check: each is compared with every pattern that is forbidden
MAX_SHOWN = 20


@dataclass
class Seen:
    """What was watched: names called in the submission, operators dispatched, Python functions called."""

    names: set[str] = field(default_factory=set)
    operators: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)


Watch = Callable[[Seen], None]


class Diverged(Exception):
    """What was asked ahead does not do: the check asks something else, or the worker did not live to answer all."""


class NotDefined(Mismatch):
    """The submission does not define a name that the check calls."""


class Submission:
    """One student's module. Any attribute is a function that calls the student's of that name.

    `watch` judges what was seen while watching, and raises if it is forbidden.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._peer: Peer = _Nobody()
        self._op = ""
        self._seed: int | None = None
        self._manual_seed: int | None = None
        self._begins: int | None = None
        self.asked: list[dict[str, Any]] = []
        self.answered: list[dict[str, Any]] = []
        self._answered = 0
        self._ahead: Batch | None = None
        self._replies: list[dict[str, Any]] | None = None
        self._seen: Seen | None = None
        self.transcript: list[Any] = []
        self.last_request: dict[str, Any] | None = None

    def __getattr__(self, name: str) -> RemoteFunction:
        if name.startswith("_"):
            raise AttributeError(name)
        return RemoteFunction(self, name)

    def manual_seed(self, seed: int) -> None:
        """`torch.manual_seed` in the worker, just before the next call; nothing but torch's numbers is seeded."""
        self._manual_seed = seed

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch the calls inside, and fail the check if the submission does or can do what is forbidden."""
        seen = self._seen = Seen()
        try:
            yield
        finally:
            self._seen = None
        self._watch(seen)

    def begin(self, peer: Peer, seed: int, first_id: int, ahead: Batch | None) -> None:
        """Start a check: a known seed, an empty transcript, and perhaps all that it is going to ask."""
        self._peer, self._seed, self._manual_seed, self._begins = peer, seed, None, first_id
        self._seen, self.transcript, self.last_request = None, [], None
        self.asked, self.answered, self._ahead, self._replies, self._answered = [], [], ahead, None, 0

    def failed_to_load(self, error: Mapping[str, Any]) -> None:
        """The transcript of a submission that raised when it was loaded."""
        self.transcript, self.last_request = [("error", error["type"], error["message"])], None

    @property
    def last_call(self) -> str:
        """The call that the check made last, in words fit for a student; empty if it made none."""
        return _described(self.last_request) if self.last_request else ""

    # What the handles below use.

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._begins is not None:
            request["begin"], self._begins = self._begins, None
        if self._seed is not None:
            request["seed"], self._seed = self._seed, None
        if self._manual_seed is not None:
            request["manual_seed"], self._manual_seed = self._manual_seed, None
        if self._seen is not None and request["op"] == "call":
            request["watch"] = True
        if request["op"] == "call":
            self.last_request = request
        self._op = request["op"]
        reply = self._reply(request)
        if "undefined" in reply and reply["undefined"] != request.get("target"):
            raise WireError("a name that nobody asked for")
        if self._seen is not None and request["op"] == "call" and reply["ok"]:
            if isinstance(request["target"], str):
                self._seen.names.add(request["target"])
            self._seen.operators.update(_texts(reply, "operators"))
            self._seen.calls.update(_texts(reply, "calls"))
            if max(len(self._seen.operators), len(self._seen.calls)) > MAX_NAMES:
                raise WireError("too many names of what was called")
        return reply

    def _reply(self, request: dict[str, Any]) -> dict[str, Any]:
        """The reply, from what was asked ahead if it was."""
        if self._ahead is None and not isinstance(self._peer, Worker):
            return self._peer.ask(request)
        if self._ahead is None:
            self.asked.append(fresh(request))
            self.answered.append(self._peer.ask(request))
            return self.answered[-1]
        number = self._answered
        if number >= len(self._ahead.requests) or not wire.same(request, self._ahead.requests[number]):
            raise Diverged
        self._answered += 1
        if self._replies is None:
            assert isinstance(self._peer, Worker)
            try:
                self._replies = self._peer.ask_all(self._ahead)
            except WorkerError:  # perhaps over something that the check, asking by itself, would not have come to
                raise Diverged from None
        return self._replies[number]

    def forget(self, kind: str, id: int) -> None:
        self._peer.forget(kind, id)

    def receive(self, reply: Mapping[str, Any]) -> Any:
        """The value of a reply, with handles brought to life; raises what the reply says went wrong."""
        if not reply["ok"]:
            if "undefined" in reply:
                self.transcript.append(("undefined", reply["undefined"]))
                raise NotDefined(f"`{reply['undefined'][:60]}` is not defined")
            error = reply["error"]
            self.transcript.append(("error", error["type"], error["message"]))
            raise SubmissionRaised(error["type"], tuple(error["bases"]), error["message"], error["file"], error["line"])
        kind = "fetched" if self._op == "fetch" else "value"
        self.transcript.append((kind, reply.get("value")))
        return self._alive(reply.get("value"))

    def _alive(self, value: Any) -> Any:
        if isinstance(value, Handle):
            return RemoteModule(self, value) if value.about is not None else RemoteObject(self, value)
        if isinstance(value, (list, tuple)):
            return type(value)(self._alive(item) for item in value)
        if isinstance(value, dict):
            return {key: self._alive(item) for key, item in value.items()}
        return value


class _Nobody:
    """Where a submission asks before a check has begun."""

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError("no check has begun")

    def forget(self, kind: str, id: int) -> None:
        raise RuntimeError("no check has begun")


class RemoteFunction:
    """A function or method of the student's."""

    def __init__(self, submission: Submission, target: str | int, path: str = "") -> None:
        self._submission, self._target, self._path = submission, target, path

    def __call__(self, *args: Any) -> Any:
        return remote_call(self._submission, self._request(args), (), self._submission.receive)

    def echo(self, *args: Any) -> list[Any] | None:
        """Call, and return the arguments as the call left them; None if they are unchanged."""
        reply = self._submission.ask(self._request(args) | {"echo": True})
        self._submission.receive(reply)
        return _echo(reply, args)

    def _request(self, args: Sequence[Any]) -> dict[str, Any]:
        request = {"op": "call", "target": self._target, "args": list(args)}
        return request | {"path": self._path} if self._path else request


class RemoteObject:
    """An object of the student's that is no module: methods and items call through."""

    __iter__ = None  # or Python would ask for items 0, 1, 2 and so on until the worker says that there are no more

    def __init__(self, submission: Submission, handle: Handle) -> None:
        self._submission, self._id = submission, handle.id
        self._alive = Reference(submission, "object", handle.id)
        self.type_name = handle.type

    def __getattr__(self, name: str) -> RemoteFunction:
        if name.startswith("_"):
            raise AttributeError(name)
        return RemoteFunction(self._submission, self._id, name)

    def __call__(self, *args: Any) -> Any:
        return RemoteFunction(self._submission, self._id)(*args)

    def __getitem__(self, index: Any) -> Any:
        return RemoteFunction(self._submission, self._id, "__getitem__")(index)


class RemoteModule(torch.nn.Module):
    """The mirror of a student's module: same parameters, and a forward that runs in the worker.

    Parameters and buffers that changed here are shipped before each forward; gradients of the
    student's own graph fill `.grad` here.
    """

    def __init__(self, submission: Submission, handle: Handle) -> None:
        super().__init__()
        parameters, buffers = _tensors(handle.about, "parameters"), _tensors(handle.about, "buffers")
        self._submission, self._id = submission, handle.id
        self._alive = Reference(submission, "object", handle.id)
        self._names = [*parameters]
        self._shipped = {name: tensor.detach().clone() for name, tensor in (parameters | buffers).items()}
        self.training = handle.about.get("training") is True
        # Not by register_parameter, which refuses the names of this class's own attributes.
        for name, tensor in parameters.items():
            parent, leaf = self._parent(name)
            parent._parameters[leaf] = torch.nn.Parameter(tensor.detach(), tensor.requires_grad)
        for name, tensor in buffers.items():
            parent, leaf = self._parent(name)
            parent._buffers[leaf] = tensor.detach()

    def get_parameter(self, target: str) -> torch.nn.Parameter:
        """The parameter of this name, even if it is that of an attribute as well."""
        return dict(self.named_parameters())[target]

    def forward(self, *args: Any) -> Any:
        parameters = dict(self.named_parameters())
        mine = [parameters[name] for name in self._names]
        return remote_call(self._submission, self._request(args), mine, self._submission.receive)

    def echo(self, *args: Any) -> list[Any] | None:
        """Call, and return the arguments as the call left them; None if they are unchanged."""
        reply = self._submission.ask(self._request(args) | {"echo": True})
        self._submission.receive(reply)
        return _echo(reply, args)

    def fetch(self, path: str) -> Any:
        """The student's attribute as it is now, registered or not."""
        return self._submission.receive(
            self._submission.ask({"op": "fetch", "target": self._id, "path": path, "args": []})
        )

    def assign(self, **values: torch.Tensor) -> None:
        """Copy values into the student's tensors in place, registered or not."""
        self._submission.receive(self._submission.ask({"op": "assign", "target": self._id, "values": values}))
        mine = dict(self.named_parameters()) | dict(self.named_buffers())
        with torch.no_grad():
            for name, value in values.items():
                if name in mine:
                    mine[name].copy_(value)
                    self._shipped[name] = mine[name].detach().clone()

    def train(self, mode: bool = True) -> RemoteModule:
        super().train(mode)
        self._submission.receive(self._submission.ask({"op": "mode", "target": self._id, "training": mode}))
        return self

    def _request(self, args: Sequence[Any]) -> dict[str, Any]:
        request = {"op": "call", "target": self._id, "args": list(args), "parameters": self._names}
        return request | {"values": self._changed()}

    def _changed(self) -> dict[str, torch.Tensor]:
        changed = {}
        for name, tensor in (dict(self.named_parameters()) | dict(self.named_buffers())).items():
            now = tensor.detach()
            if not torch.equal(now, self._shipped[name]):
                changed[name] = self._shipped[name] = now.clone()
        return changed

    def _parent(self, name: str) -> tuple[torch.nn.Module, str]:
        *path, leaf = name.split(".")
        module: torch.nn.Module = self
        for part in path:
            module = module._modules.setdefault(part, torch.nn.Module())  # type: ignore[assignment]
        return module, leaf


def _echo(reply: Mapping[str, Any], args: Sequence[Any]) -> list[Any] | None:
    echo = reply.get("echo")
    if echo is not None and (type(echo) is not list or len(echo) != len(args)):
        raise WireError("an echo of other arguments")
    return echo


def _texts(reply: Mapping[str, Any], key: str) -> list[str]:
    """Names; those that no module, function or operator has are left out."""
    found = reply.get(key)
    if type(found) is not list or any(type(item) is not str for item in found):
        raise WireError("names that are not a list of names")
    return [name for name in found if len(name) <= MAX_NAME and name.isprintable()]


def _tensors(about: Any, key: str) -> dict[str, torch.Tensor]:
    found = about.get(key) if type(about) is dict else None
    if type(found) is not dict or not all(
        type(name) is str and _is_path(name) and isinstance(tensor, torch.Tensor) for name, tensor in found.items()
    ):
        raise WireError("a module of the wrong form")
    return found


def _is_path(name: str) -> bool:
    """Whether a tensor in a module may have this name: parts between dots, any text each."""
    return len(name) <= MAX_NAME and name.isprintable() and all(name.split("."))


def _described(request: Mapping[str, Any]) -> str:
    """A call in words fit for a student: names, shapes and sizes, no values."""
    name = request["target"] if isinstance(request["target"], str) else request.get("path", "module")
    return f"`{name}({', '.join(map(_shape_of, request['args']))})`"


def _shape_of(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"tensor {'x'.join(map(str, value.shape))}".strip()
    if isinstance(value, tuple):
        return f"({', '.join(map(_shape_of, value[:MAX_SHOWN]))}{', ...' if len(value) > MAX_SHOWN else ''})"
    if value is None or (isinstance(value, (int, str)) and len(repr(value)) <= MAX_SHOWN):
        return repr(value)
    return "..." if isinstance(value, (int, float, str)) else type(value).__name__
