"""Assertions about one aspect of a student's function: its gradients, its inputs, what it raises."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import torch

from autograder.compare import Mismatch, assert_tensor
from autograder.errors import SubmissionRaised
from autograder.grading.examples import fresh
from autograder.grading.mirrors import RemoteFunction, RemoteModule
from autograder.language import _

# Of the sum of the gradient's magnitudes; float32 rounding is a hundred times below.
_GRADIENT_TOLERANCE = 1e-3


def assert_gradients(function: Callable[..., Any], *, step: float = 1.0, **inputs: torch.Tensor) -> None:
    """Gradients reach every input, and are those of what the student's own function computes.

    The inputs are passed positionally, in the order given. The vector-Jacobian product of the
    student's graph is compared with central differences of the student's function along one random
    direction of signs per input. For a function that is linear in each input the difference is
    exact at any `step`; for a piecewise linear one `step` must stay within a piece. A module's
    registered parameters count as inputs.
    """
    leaves = {name: fresh(tensor).requires_grad_() for name, tensor in inputs.items()}
    parameters = list(function.named_parameters()) if isinstance(function, torch.nn.Module) else []
    result = function(*leaves.values())
    assert_tensor(result)
    named = [*leaves.items(), *((_told(name), tensor) for name, tensor in parameters)]
    wanted = [(name, tensor) for name, tensor in named if tensor.requires_grad]
    if not result.requires_grad:
        message = _("no gradient reaches {names}: the result is cut off from its inputs")
        raise Mismatch(message.format(names=_and(name for name, tensor in wanted)), suspect="breaks-gradient")
    cotangent = torch.randn(result.shape, dtype=result.dtype)
    found = torch.autograd.grad(result, [tensor for name, tensor in wanted], cotangent, allow_unused=True)
    lost = [name for (name, tensor), gradient in zip(wanted, found, strict=True) if gradient is None]
    if lost:
        raise Mismatch(_("no gradient reaches {names}").format(names=_and(lost)), suspect="breaks-gradient")
    for (name, tensor), gradient in zip(wanted, found, strict=True):
        direction = torch.randn(tensor.shape).sign().to(tensor.dtype)
        moved = [_moved(function, inputs, leaves, tensor, sign * step * direction) for sign in (1, -1)]
        if any(not isinstance(each, torch.Tensor) or each.shape != result.shape for each in moved):
            raise Mismatch(_("the shape of the result depends on the values of the inputs"))
        difference = float(((moved[0] - moved[1]).double() / (2 * step) * cotangent.double()).sum())
        claimed = float((gradient.double() * direction.double()).sum())
        allowed = _GRADIENT_TOLERANCE * max(1.0, float(gradient.abs().sum()))
        if not abs(difference - claimed) <= allowed < math.inf:
            message = _("the gradient of `{name}` is not the derivative of what the function computes")
            raise Mismatch(message.format(name=name))


def _told(name: str) -> str:
    """A parameter's name as a message may have it: a module can give its parameters names that spell an input."""
    last = name.rpartition(".")[2]
    return last if last in ("weight", "bias") else "parameter"


def _moved(
    function: Callable[..., Any],
    inputs: dict[str, torch.Tensor],
    leaves: dict[str, torch.Tensor],
    which: torch.Tensor,
    by: torch.Tensor,
) -> Any:
    """The function's value with one input (the one whose leaf is `which`), or the parameter `which`, moved."""
    with torch.no_grad():
        if any(leaf is which for leaf in leaves.values()):
            value = function(
                *(fresh(each) + by if leaves[key] is which else fresh(each) for key, each in inputs.items())
            )
        else:
            before = which.detach().clone()
            which.add_(by)
            value = function(*inputs.values())
            which.copy_(before)
    return value.detach() if isinstance(value, torch.Tensor) else value


def assert_unchanged(function: RemoteFunction | RemoteModule, **inputs: Any) -> None:
    """The caller's tensors have the same values, shapes and strides after the call, however they lie in memory."""
    echo = function.echo(*inputs.values())
    if echo is None:
        with suppress(SubmissionRaised):  # whether strided inputs work at all is another check's question
            echo = function.echo(*map(_transposed_in_memory, inputs.values()))
    if echo is None:
        return
    changed = [name for (name, before), after in zip(inputs.items(), echo, strict=True) if not _equal(before, after)]
    message = _("the call changes {names}, which belongs to the caller").format(names=_and(changed or inputs))
    raise Mismatch(message, suspect="mutates-input")


def _transposed_in_memory(value: Any) -> Any:
    """The same matrix with its columns, not its rows, in one piece; anything else as it is."""
    return value.mT.contiguous().mT if isinstance(value, torch.Tensor) and value.dim() >= 2 else value


def _equal(before: Any, after: Any) -> bool:
    """Whether a tensor is as it was; what is none is not looked into."""
    if not isinstance(before, torch.Tensor):
        return True
    return isinstance(after, torch.Tensor) and before.dtype == after.dtype and torch.equal(before, after)


@contextmanager
def raises(type_name: str) -> Iterator[None]:
    """The calls inside raise this exception, or a subclass of it; `type_name` is its class's name."""
    try:
        yield
    except SubmissionRaised as error:
        if type_name not in (error.type, *error.bases):
            raise
        return
    raise Mismatch(_("no `{type}` is raised").format(type=type_name))


def _and(names: Any) -> str:
    quoted = [f"`{name}`" for name in names]
    if len(quoted) == 1:
        return quoted[0]
    return _("{names} and {last}").format(names=_(", ").join(quoted[:-1]), last=quoted[-1])
