"""What gradients need of a call that has returned: they are asked for later, and whatever it wrote into its inputs.

Writing into its inputs costs a submission its purity, not its gradients. It runs in the worker,
in the same process as student code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from autograder.sandbox.wire import each_tensor, tensors_in


@dataclass
class Graph:
    """The leaves of a call, what depends on them, and how to call again if it wrote into its inputs.

    It is stale if something was written that autograd has not seen.
    """

    inputs: list[torch.Tensor]
    outputs: list[torch.Tensor]
    again: Callable[[], Any] | None
    is_stale: bool

    def gradients(self, cotangents: list[torch.Tensor | None]) -> list[torch.Tensor | None]:
        """One gradient per input; None where none is wanted, or none arrives."""
        if self.again is None:
            return self._from(self.outputs, cotangents)
        try:
            if not self.is_stale:
                return self._from(self.outputs, cotangents)
        except RuntimeError as error:
            if "modified by an inplace operation" not in str(error):
                raise
        # What backward needs is copied when it is saved, before it is written over.
        with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(torch.clone, lambda saved: saved):
            return self._from(_linked(self.again()), cotangents)

    def _from(self, outputs: list[torch.Tensor], cotangents: list[torch.Tensor | None]) -> list[torch.Tensor | None]:
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


class Handed:
    """Arguments of a call that is to be differentiated: `given` are for the call, and may be written into."""

    def __init__(self, args: Any) -> None:
        with torch.enable_grad():
            # Copies in place of leaves, which autograd does not let anyone write into.
            self.given = each_tensor(lambda each: each.clone() if each.requires_grad else each, args)
            self.pristine = each_tensor(lambda each: each if each.requires_grad else each.clone(), args)
        pairs = zip(tensors_in(self.given), tensors_in(self.pristine), strict=True)
        self.tensors = [(one, one._version, kept) for one, kept in pairs]

    def graph(self, inputs: list[torch.Tensor], value: Any, target: Callable[..., Any]) -> Graph | None:
        """The graph of `target(*given)`, which gave `value`; None if nothing of it depends on anything."""
        outputs = _linked(value)
        if not outputs:
            return None
        is_written = any(tensor._version != version for tensor, version, _ in self.tensors)
        # By `data`, of which autograd does not know: the graph would give other gradients.
        is_stale = any(tensor._version == version and not _same(tensor, kept) for tensor, version, kept in self.tensors)
        again = (lambda: target(*each_tensor(torch.clone, self.pristine))) if is_written or is_stale else None
        return Graph(inputs, outputs, again, is_stale)


def _linked(value: Any) -> list[torch.Tensor]:
    return [tensor for tensor in tensors_in(value) if tensor.requires_grad]


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and not bool(((one != other) & ~(one.isnan() & other.isnan())).any())
