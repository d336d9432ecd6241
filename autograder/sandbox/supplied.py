"""What the grader supplies in place of another exercise, as it looks in the worker: every call asks the grader.

A supplied module has its parameters here, where student code trains them, and its forward there. Each
forward ships them, so that the other half has no state that this one could disagree with. An object that is
no module lives there, and its methods call through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import Parameter, Signature
from typing import Any

import torch

from autograder.sandbox.remote import Peer, Reference, furnish, named_tensors, remote_call
from autograder.sandbox.wire import Handle

Parameters = Sequence[tuple[Any, ...]]  # (name,) or (name, default) each; a name with a star takes all that follow


class Supplied:
    """Asks the grader on behalf of one exercise."""

    def __init__(self, peer: Peer | None, exercise: str) -> None:
        assert peer is not None
        self.peer, self.exercise = peer, exercise
        self.dropped: list[tuple[str, int]] = []

    def names(self, forms: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """What the exercise defines, by the forms that `load` brings: a kind, parameters, and those of each method."""
        return {name: getattr(self, form["kind"])(name, **form) for name, form in forms.items()}

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        dropped, self.dropped = self.dropped, []
        return self.peer.ask(request | {"exercise": self.exercise, "forget": dropped})

    def forget(self, kind: str, id: int) -> None:
        self.dropped.append((kind, id))

    def call(self, target: str | int, args: list[Any]) -> Any:
        # Drawn here, so that the student's seed decides what the other side draws, and no state of its own does.
        seed = int(torch.randint(1 << 31, ()))
        modules = [each for each in args if isinstance(each, torch.nn.Module)]
        sent = [_told(each) if isinstance(each, torch.nn.Module) else each for each in args]

        def receive(reply: Mapping[str, Any]) -> Any:
            value = receive_supplied(reply)
            for module, changed in zip(modules, reply.get("modules", ()), strict=False):
                with torch.no_grad():
                    for name, tensor in named_tensors(module).items():
                        tensor.copy_(changed[name])
            return value

        return remote_call(self, {"op": "call", "target": target, "args": sent, "seed": seed}, (), receive)

    def function(self, name: str, parameters: Parameters, **form: Any) -> Any:
        signature = _signature(parameters)

        def supplied(*args: Any, **options: Any) -> Any:
            return self.call(name, _bound(signature, args, options))

        supplied.__name__ = supplied.__qualname__ = name
        return supplied

    def object(self, name: str, parameters: Parameters, methods: Mapping[str, Parameters], **form: Any) -> type:
        made_of = _signature(parameters)

        def initialise(this: Any, *args: Any, **options: Any) -> None:
            this._supplied = Reference(self, "object", self.call(name, _bound(made_of, args, options)).id)

        def method(name: str, signature: Signature) -> Any:
            def supplied(this: Any, *args: Any, **options: Any) -> Any:
                return self.call(this._supplied.id, [name, *_bound(signature, args, options)])

            return supplied

        asking = {name: method(name, _signature(each)) for name, each in methods.items()}
        return type(name, (), {"__init__": initialise, "__module__": self.exercise, **asking})

    def module(self, name: str, parameters: Parameters, methods: Mapping[str, Parameters], **form: Any) -> type:
        made_of, takes = _signature(parameters), _signature(methods["forward"])

        def initialise(module: Any, *args: Any, **options: Any) -> None:
            torch.nn.Module.__init__(module)
            handle = self.call(name, _bound(made_of, args, options))
            furnish(module, handle.about["parameters"], handle.about["buffers"])
            module._supplied = _Half(self, handle.id, {*handle.about["parameters"], *handle.about["buffers"]})

        def call(module: Any, *args: Any, **options: Any) -> Any:
            half, buffers = module._supplied, dict(module.named_buffers())
            state = {name: tensor for name, tensor in named_tensors(module).items() if name in half.names}
            found, changed = self.call(half.id, [state, module.training, *_bound(takes, args, options)])
            with torch.no_grad():
                for name, tensor in changed.items():
                    buffers[name].copy_(tensor)
            return found

        return type(name, (torch.nn.Module,), {"__init__": initialise, "forward": call, "__module__": self.exercise})


class _Half(Reference):
    """The grader's half of a module; copies of the module share it."""

    def __init__(self, peer: Peer, id: int, names: set[str]) -> None:
        super().__init__(peer, "object", id)
        self.names = names

    def __deepcopy__(self, memo: Any) -> _Half:
        return self


def _told(module: torch.nn.Module) -> Handle:
    """What the grader hears of a student's module: its class, if that is torch's, and its numbers."""
    kind = type(module)
    about = {"parameters": dict(module.named_parameters()), "buffers": dict(module.named_buffers())}
    return Handle(0, kind.__name__ if kind.__module__.startswith("torch.nn.") else "Module", about)


def receive_supplied(reply: Mapping[str, Any]) -> Any:
    """The value of a reply; its error is raised as student code would see it."""
    if not reply["ok"]:
        raise RuntimeError(reply["error"]["message"])
    return reply["value"]


def _signature(parameters: Parameters) -> Signature:
    found = []
    for name, *default in parameters:
        if name.startswith("*"):
            found.append(Parameter(name[1:], Parameter.VAR_POSITIONAL))
        else:
            found.append(Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=(*default, Parameter.empty)[0]))
    return Signature(found)


def _bound(signature: Signature, args: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The arguments in the order of the parameters, defaults included, which is the order of tensors on both sides."""
    bound = signature.bind(*args, **options)
    bound.apply_defaults()
    return list(bound.args)
