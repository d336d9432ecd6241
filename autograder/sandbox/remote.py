"""A call whose other half runs on the other side of the boundary, gradients included.

Both directions use it: the grader calls the student's function, and a student's function calls
one that the grader supplies. `Peer` is whatever carries the questions over. A module whose other half is
there has the tensors of that half here (`furnish`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import torch

from autograder.sandbox.wire import WireError, each_tensor, tensors_in


class Peer(Protocol):
    """Carries a request over and brings the reply back; see `worker.Executor` for the requests."""

    def ask(self, request: dict[str, Any]) -> dict[str, Any]: ...

    def forget(self, kind: str, id: int) -> None:
        """The other side may drop the object or graph `id`: nobody here refers to it any more."""


class Reference:
    """Keeps something on the other side alive for as long as this object lives."""

    def __init__(self, peer: Peer, kind: str, id: int) -> None:
        self.peer, self.kind, self.id = peer, kind, id

    def __del__(self) -> None:
        self.peer.forget(self.kind, self.id)


def furnish(
    module: torch.nn.Module, parameters: Mapping[str, torch.Tensor], buffers: Mapping[str, torch.Tensor]
) -> None:
    """Give a module these parameters and buffers by their dotted names, below submodules that do nothing else."""
    # Not by register_parameter, which refuses the names of the class's own attributes.
    for name, tensor in parameters.items():
        parent, leaf = _parent(module, name)
        parent._parameters[leaf] = torch.nn.Parameter(tensor.detach(), tensor.requires_grad)
    for name, tensor in buffers.items():
        parent, leaf = _parent(module, name)
        parent._buffers[leaf] = tensor.detach()


def named_tensors(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """A module's parameters and buffers by their dotted names."""
    return dict(module.named_parameters()) | dict(module.named_buffers())


def _parent(module: torch.nn.Module, name: str) -> tuple[torch.nn.Module, str]:
    *path, leaf = name.split(".")
    for part in path:
        module = module._modules.setdefault(part, torch.nn.Module())  # type: ignore[assignment]
    return module, leaf


def remote_call(
    peer: Peer,
    request: dict[str, Any],
    parameters: Sequence[torch.Tensor],
    receive: Callable[[dict[str, Any]], Any],
) -> Any:
    """Send a call and return its value, linked into the autograd graph of this side.

    `request["args"]` holds the arguments; `parameters` are tensors that the call uses without
    their being arguments (a module's). `receive` takes the reply, raises if it is an error, and
    returns the value. Gradients flow to every argument and parameter that requires grad.
    """
    inputs = [*tensors_in(request["args"]), *parameters]
    if not (torch.is_grad_enabled() and any(tensor.requires_grad for tensor in inputs)):
        value = receive(peer.ask(request))
        if torch.is_grad_enabled():
            return value
        return each_tensor(torch.Tensor.detach, value)
    box: dict[str, Any] = {}

    def send() -> list[torch.Tensor]:
        reply = peer.ask(request | {"grad": True})
        box["value"] = receive(reply)
        graph = reply.get("graph")
        if graph is not None:
            if type(graph) is not int:
                raise WireError("a graph that is not a number")
            box["graph"] = Reference(peer, "graph", graph)
        return tensors_in(box["value"])

    outputs = iter(_RemoteCall.apply(peer, send, box, receive, *inputs))
    return each_tensor(lambda sent: next(outputs), box["value"])


class _RemoteCall(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        peer: Peer,
        send: Callable[[], list[torch.Tensor]],
        box: dict[str, Any],
        receive: Callable[[dict[str, Any]], Any],
        *inputs: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        ctx.set_materialize_grads(False)
        found = send()
        ctx.peer, ctx.graph, ctx.receive = peer, box.get("graph"), receive
        ctx.linked = [tensor.requires_grad and ctx.graph is not None for tensor in found]
        ctx.like = [(tensor.shape, tensor.dtype) for tensor in inputs]
        outputs = [tensor.detach() for tensor in found]
        ctx.mark_non_differentiable(*(out for out, linked in zip(outputs, ctx.linked, strict=True) if not linked))
        return tuple(outputs)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *cotangents: torch.Tensor | None) -> Any:
        wanted = [grad for grad, linked in zip(cotangents, ctx.linked, strict=True) if linked]
        reply = ctx.peer.ask({"op": "vjp", "graph": ctx.graph.id, "cotangents": wanted})
        gradients = ctx.receive(reply)
        if type(gradients) is not list or len(gradients) != len(ctx.like):
            raise WireError("gradients of other inputs")
        return (None, None, None, None, *map(_gradient, gradients, ctx.like))


def _gradient(found: Any, like: tuple[torch.Size, torch.dtype]) -> torch.Tensor | None:
    if found is None:
        return None
    if not isinstance(found, torch.Tensor) or (found.shape, found.dtype) != like:
        raise WireError("a gradient that does not look like its input")
    return found.detach()
