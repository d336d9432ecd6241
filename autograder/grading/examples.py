"""`@examples`: inputs drawn from Hypothesis strategies once, and replayed for every submission.

Drawing is the slow part of a property test and depends on the course alone, so every student gets
the same examples, and a class of 500 pays for them once. They are reseeded by the course's salt.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import hypothesis
import torch
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.internal.constants_ast import Constants

from autograder.language import _

Function = TypeVar("Function", bound=Callable[..., None])


class Provider(HypothesisProvider):
    """Hypothesis's own choices, but for constants that it finds in whatever modules happen to be loaded.

    With those the examples of one exercise would depend on which others are graded in the same run.
    """

    _local_constants = Constants()


AVAILABLE_PROVIDERS["autograde"] = f"{__name__}.{Provider.__name__}"


def examples(count: int, /, **strategies: st.SearchStrategy[Any]) -> Callable[[Function], Function]:
    """Run the check on up to `count` examples; each names one argument and where its values come from.

    They are drawn once, from the course's salt and the check's id, so that every submission meets the same.

        @check(kind="shape", points=1, needs=[interface])
        @examples(12, window=windows(max_side=8))
        def shapes(submission, window): ...
    """

    def mark(function: Function) -> Function:
        signature = inspect.signature(function)
        for name in strategies:
            if name not in signature.parameters:
                reason = _("`{function}` takes no argument `{name}` for its examples")
                raise ValueError(reason.format(function=function.__name__, name=name))
        others = [each for each in signature.parameters.values() if each.name not in strategies]
        function.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        function.__examples__ = (count, strategies)  # type: ignore[attr-defined]
        return function

    return mark


def drawn_examples(function: Any, seed: int) -> list[dict[str, Any]]:
    """The examples of a check, or one without arguments if it has none. The same seed gives the same."""
    if not hasattr(function, "__examples__"):
        return [{}]
    count, strategies = function.__examples__
    drawn: list[dict[str, Any]] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=False,  # the seed decides; derandomize would ignore it
        backend="autograde",
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(st.fixed_dictionaries(strategies))
    def collect(example: dict[str, Any]) -> None:
        drawn.append(example)

    collect()
    return drawn


def seed_of(*parts: str) -> int:
    """A seed of 32 bits from a salt and names: for inputs that depend on nothing else."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:4], "little")


def fresh(value: Any) -> Any:
    """A copy whose tensors have storage of their own and the strides of the original."""
    if isinstance(value, torch.Tensor):
        if value.is_contiguous():
            return value.detach().clone().requires_grad_(value.requires_grad)
        length = 1 + sum((side - 1) * stride for side, stride in zip(value.shape, value.stride(), strict=True))
        storage = value.detach().as_strided((length,), (1,), value.storage_offset()).clone()
        return storage.as_strided(value.shape, value.stride()).requires_grad_(value.requires_grad)
    if isinstance(value, (list, tuple)):
        return type(value)(fresh(item) for item in value)
    if isinstance(value, Mapping):
        return {key: fresh(item) for key, item in value.items()}
    return value
