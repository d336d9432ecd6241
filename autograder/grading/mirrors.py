"""What lives in the worker as it looks from here: functions, objects and modules of the student's, by their handles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

import torch

from autograder.compare import Mismatch
from autograder.language import _
from autograder.sandbox.recipe import Recipe
from autograder.sandbox.remote import Reference, furnish, named_tensors, remote_call
from autograder.sandbox.wire import Handle, WireError

if TYPE_CHECKING:
    from autograder.grading.handles import Submission

MAX_NAME = 200


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
        self._submission.called = None
        request = {"op": "call", "target": self._target, "args": _sent(list(args))}
        return request | {"path": self._path} if self._path else request


class RemoteObject:
    """An object of the student's that is no module: methods and items call through."""

    __iter__ = None  # or Python would ask for items 0, 1, 2 and so on until the worker says that there are no more

    def __init__(self, submission: Submission, handle: Handle) -> None:
        self._submission, self._id = submission, handle.id
        self._alive = Reference(submission, "object", handle.id)
        self.type_name = handle.type

    @property
    def handle(self) -> Handle:
        """What stands for the object as an argument."""
        return Handle(self._id)

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
        parameters, buffers = tensors_of(handle.about, "parameters"), tensors_of(handle.about, "buffers")
        self._submission, self._id = submission, handle.id
        self._alive = Reference(submission, "object", handle.id)
        self._names = [*parameters]
        self._shipped = {name: tensor.detach().clone() for name, tensor in (parameters | buffers).items()}
        self.training = handle.about.get("training") is True
        furnish(self, parameters, buffers)

    @property
    def handle(self) -> Handle:
        """What stands for the module as an argument; its numbers are shipped first if they were changed here."""
        if changed := self._changed():
            self._tell({"op": "assign", "values": changed})
        return Handle(self._id)

    def pull(self) -> RemoteModule:
        """Take over what became of it in the worker: parameters, buffers, modes, and `.grad` (or None)."""
        state = self._tell({"op": "state"})
        gradients = state.get("gradients") if type(state) is dict else None
        if type(gradients) is not dict:
            raise WireError("a module of the wrong form")
        found = tensors_of(state, "parameters") | tensors_of(state, "buffers")
        for name, mine in named_tensors(self).items():
            theirs = found.get(name)
            if not _alike(theirs, mine):
                raise Mismatch(_("the network has other parameters than it had"))
            mine.data = theirs.detach()
            self._shipped[name] = theirs.detach().clone()
            gradient = gradients.get(name)
            mine.grad = gradient.detach() if _alike(gradient, mine) else None
        self.training = state.get("training") is True
        return self

    def submodes(self) -> dict[str, bool]:
        """The training flag of each submodule by its name, now; that of the module itself is called ""."""
        modes = self._tell({"op": "state"})["modes"]
        if type(modes) is not dict or any(type(flag) is not bool for flag in modes.values()):
            raise WireError("a module of the wrong form")
        return modes

    def fit(
        self, images: torch.Tensor, labels: torch.Tensor, recipe: Recipe, device: torch.device | None = None
    ) -> list[float]:
        """Train the student's module in the worker by a trusted recipe; the mean loss of each epoch."""
        data = {"images": images, "labels": labels, "recipe": recipe.to_json()}
        losses = self._tell({"op": "fit", "device": device or torch.device("cpu")} | data)
        if type(losses) is not list or any(type(loss) is not float for loss in losses):
            raise WireError("losses that are no numbers")
        return losses

    def predict(self, inputs: torch.Tensor, device: torch.device) -> Any:
        """What the student's module, as it is in the worker, makes of the inputs there on the device."""
        with torch.no_grad(), self._submission.on(device):
            return self(inputs)

    def to(self, device: torch.device) -> RemoteModule:  # type: ignore[override]
        """Move the student's module; the mirror stays on the CPU."""
        self._tell({"op": "move", "device": device})
        return self

    def _tell(self, request: dict[str, Any]) -> Any:
        return self._submission.receive(self._submission.ask(request | {"target": self._id}))

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
        return self._tell({"op": "fetch", "path": path, "args": []})

    def assign(self, **values: torch.Tensor) -> None:
        """Copy values into the student's tensors in place, registered or not."""
        self._tell({"op": "assign", "values": values})
        mine = named_tensors(self)
        with torch.no_grad():
            for name, value in values.items():
                if name in mine:
                    mine[name].copy_(value)
                    self._shipped[name] = mine[name].detach().clone()

    def train(self, mode: bool = True) -> RemoteModule:
        super().train(mode)
        self._tell({"op": "mode", "training": mode})
        return self

    def _request(self, args: Sequence[Any]) -> dict[str, Any]:
        self._submission.called = self
        request = {"op": "call", "target": self._id, "args": _sent(list(args)), "parameters": self._names}
        return request | {"values": self._changed()}

    def _changed(self) -> dict[str, torch.Tensor]:
        changed = {}
        for name, tensor in named_tensors(self).items():
            now = tensor.detach()
            if not torch.equal(now, self._shipped[name]):
                changed[name] = self._shipped[name] = now.clone()
        return changed


def _alike(found: Any, like: torch.Tensor) -> TypeGuard[torch.Tensor]:
    return isinstance(found, torch.Tensor) and (found.shape, found.dtype) == (like.shape, like.dtype)


def _sent(value: Any) -> Any:
    """An argument as it travels: a handle for what lives in the worker."""
    if isinstance(value, (RemoteModule, RemoteObject)):
        return value.handle
    return type(value)(map(_sent, value)) if isinstance(value, (list, tuple)) else value


def _echo(reply: Mapping[str, Any], args: Sequence[Any]) -> list[Any] | None:
    echo = reply.get("echo")
    if echo is not None and (type(echo) is not list or len(echo) != len(args)):
        raise WireError("an echo of other arguments")
    return echo


def tensors_of(about: Any, key: str) -> dict[str, torch.Tensor]:
    """The tensors of a module by their names, as the worker has them. Raises `WireError` for anything else."""
    found = about.get(key) if type(about) is dict else None
    if type(found) is not dict or not all(
        type(name) is str and _is_path(name) and isinstance(tensor, torch.Tensor) for name, tensor in found.items()
    ):
        raise WireError("a module of the wrong form")
    return found


def _is_path(name: str) -> bool:
    """Whether a tensor in a module may have this name: parts between dots, any text each."""
    return len(name) <= MAX_NAME and name.isprintable() and all(name.split("."))
