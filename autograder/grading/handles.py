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
from autograder.errors import SubmissionRaised
from autograder.grading.examples import fresh
from autograder.grading.mirrors import RemoteFunction, RemoteModule, RemoteObject
from autograder.language import _
from autograder.pictures import Picture
from autograder.sandbox import wire
from autograder.sandbox.connection import Answers, Batch, Worker
from autograder.sandbox.remote import Peer
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
        self._device: torch.device | None = None
        self._pretend: torch.device | None = None
        self.devices: list[str] = []
        self._begins: int | None = None
        self.asked: list[dict[str, Any]] = []
        self.answered: list[dict[str, Any]] = []
        self._answered = 0
        self._ahead: Batch | None = None
        self._replies: list[dict[str, Any]] = []
        self.was_watched = False  # so that not only the answers decide
        self.form = b""  # of what it answers, once that is known
        self._seen: Seen | None = None
        self.transcript: list[Any] = []
        self.last_request: dict[str, Any] | None = None
        self.called: RemoteModule | None = None  # the module that the last call was of, if it was one
        self.drawn: list[Picture] = []  # what the check has shown of a training

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
        self.was_watched = True
        try:
            yield
        finally:
            self._seen = None
        self._watch(seen)

    @contextmanager
    def on(self, device: torch.device) -> Iterator[None]:
        """The calls inside get their tensors on the device; `devices` then says where those of the last result are."""
        self._device = device
        try:
            yield
        finally:
            self._device = None

    def net(self, *layers: Sequence[Any], device: torch.device | None = None) -> RemoteModule:
        """A network of the package's own for student code to work on, built and observed in the worker (`Probes`)."""
        built = self.receive(self.ask({"op": "probe", "layers": [*layers], "device": device}))
        if not isinstance(built, RemoteModule):
            raise WireError("a net that is no module")
        return built

    def batches(self, pairs: Sequence[tuple[Any, Any]]) -> RemoteObject:
        """An iterable over (X, y), for student code to train or evaluate on."""
        return self.receive(self.ask({"op": "probe", "pairs": [*pairs]}))  # type: ignore[no-any-return]

    def log(self) -> list[dict[str, Any]]:
        """What nets and batches have observed since the check began; the worker's word."""
        events = self.receive(self.ask({"op": "log"}))
        if type(events) is not list or any(type(each) is not dict for each in events):
            raise WireError("a log that is no list of events")
        return events

    def begin(
        self,
        peer: Peer,
        seed: int,
        first_id: int,
        ahead: tuple[Batch, Answers] | None = None,
        pretend: torch.device | None = None,
    ) -> None:
        """Start a check: a known seed, an empty transcript, and perhaps all that it is going to ask, with the answers.

        `pretend` is a device that the worker is to feign.
        """
        self._peer, self._seed, self._manual_seed, self._begins = peer, seed, None, first_id
        self._device, self._pretend, self.devices = None, pretend, []
        self._seen, self.transcript, self.last_request = None, [], None
        self.called, self.drawn, self.was_watched = None, [], False
        self.asked, self.answered, self._answered = [], [], 0
        self._ahead, self._replies = (ahead[0], ahead[1].replies) if ahead else (None, [])

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
        if self._pretend is not None:
            request["pretend"] = self._pretend
        if request["op"] == "call":
            self.last_request = request
            if self._seen is not None:
                request["watch"] = True
            if self._device is not None:
                request["device"] = self._device
        self._op = request["op"]
        reply = self._reply(request)
        if "undefined" in reply and reply["undefined"] != request.get("target"):
            raise WireError("a name that nobody asked for")
        if "device" in request and request["op"] == "call" and reply["ok"]:
            self.devices = _texts(reply, "devices")
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
        return self._replies[number]

    def forget(self, kind: str, id: int) -> None:
        self._peer.forget(kind, id)

    def receive(self, reply: Mapping[str, Any]) -> Any:
        """The value of a reply, with handles brought to life; raises what the reply says went wrong."""
        if not reply["ok"]:
            if "undefined" in reply:
                self.transcript.append(("undefined", reply["undefined"]))
                raise NotDefined(_("`{name}` is not defined").format(name=reply["undefined"][:60]))
            error = reply["error"]
            self.transcript.append(("error", error["type"], error["message"]))
            raise SubmissionRaised(error["type"], tuple(error["bases"]), error["message"], error["file"], error["line"])
        kind = "fetched" if self._op in ("fetch", "state") else "value"
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


def _texts(reply: Mapping[str, Any], key: str) -> list[str]:
    """Names; those that no module, function or operator has are left out."""
    found = reply.get(key)
    if type(found) is not list or any(type(item) is not str for item in found):
        raise WireError("names that are not a list of names")
    return [name for name in found if len(name) <= MAX_NAME and name.isprintable()]


def _described(request: Mapping[str, Any]) -> str:
    """A call in words fit for a student: names, shapes and sizes, no values."""
    name = request["target"] if isinstance(request["target"], str) else request.get("path", "module")
    return f"`{name}({', '.join(map(_shape_of, request['args']))})`"


def _shape_of(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return _("tensor {sides}").format(sides="x".join(map(str, value.shape))).strip()
    if isinstance(value, tuple):
        return f"({', '.join(map(_shape_of, value[:MAX_SHOWN]))}{', ...' if len(value) > MAX_SHOWN else ''})"
    if isinstance(value, Handle):
        return "..."
    if value is None or (isinstance(value, (int, str, torch.device)) and len(repr(value)) <= MAX_SHOWN):
        return repr(value)
    return "..." if isinstance(value, (int, float, str)) else type(value).__name__
