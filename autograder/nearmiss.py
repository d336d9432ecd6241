"""What can be said of a wrong result from the numbers alone: right, but transposed, mirrored, shifted and so on.

It is said where no known misconception explains a failure. A sentence tells how the result lies to the
right one, never a number of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any

import torch

from autograder.language import _

MIN_ELEMENTS = 4  # of fewer numbers too much is true by chance
MAX_DIMS = 4

Close = Callable[[torch.Tensor, torch.Tensor], bool]


def near_miss(yours: torch.Tensor, theirs: torch.Tensor, close: Close) -> str:
    """How `yours` lies to `theirs`, as a clause; empty if in no simple way.

    `close` says whether two tensors of one shape are equal but for rounding.
    """
    yours, theirs = yours.double(), theirs.double()
    if theirs.numel() < MIN_ELEMENTS or not theirs.isfinite().all() or not yours.isfinite().all():
        return ""
    if close(theirs, theirs.flatten()[0].expand_as(theirs)):
        return ""
    for said, changed in _changes(yours, theirs):
        if changed.shape == theirs.shape and close(changed, theirs):
            return said
    return _part(yours, theirs, close) if yours.shape == theirs.shape else ""


def only_square(passed: Sequence[Any], failed: Sequence[Any]) -> str:
    """The clause for examples of which exactly those pass in which every size is a square."""
    if passed and failed and all(map(_is_square, passed)) and not any(map(_is_square, failed)):
        return _("it is right for square inputs only")
    return ""


def _is_square(example: Any) -> bool:
    """Whether no pair of numbers in it, and no matrix, has sides of two lengths."""
    if isinstance(example, torch.Tensor):
        return example.dim() < 2 or example.shape[-1] == example.shape[-2]
    if isinstance(example, Mapping):
        return all(map(_is_square, example.values()))
    if isinstance(example, (list, tuple)):
        if len(example) == 2 and all(type(side) is int for side in example):
            return bool(example[0] == example[1])
        return all(map(_is_square, example))
    return True


def _changes(yours: torch.Tensor, theirs: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
    """What `yours` would be if one thing were put right, the most specific last."""
    dims = yours.dim()
    if dims != theirs.dim() or dims > MAX_DIMS:
        if yours.numel() == theirs.numel():
            yield _("it would be right in another shape"), yours.reshape(theirs.shape)
        return
    for order in permutations(range(dims)):
        if order != tuple(range(dims)):
            yield _("it would be right with its axes in another order"), yours.permute(order)
    if yours.shape != theirs.shape:
        return
    yield _("it would be right with the other sign"), -yours
    for axis in range(dims):
        yield _("it would be right if it were mirrored along axis {axis}").format(axis=axis), yours.flip(axis)
    if dims >= 2:
        yield _("it would be right if it were turned by 180 degrees"), yours.flip(dims - 2, dims - 1)
    norm = (yours * yours).sum()
    if norm > 0 and (factor := (yours * theirs).sum() / norm).abs() > 1e-6:
        yield _("it is wrong by a constant factor"), yours * factor
    yield _("it is wrong by a constant that is added"), yours + (theirs - yours).mean()


def _part(yours: torch.Tensor, theirs: torch.Tensor, close: Close) -> str:
    """Which part of the result is right, or where it is shifted to."""
    dims = yours.dim()
    if not 0 < dims <= MAX_DIMS:
        return ""
    for axis in range(dims):
        length = theirs.shape[axis]
        if length < 3:
            continue
        ahead, behind = theirs.narrow(axis, 1, length - 1), theirs.narrow(axis, 0, length - 1)
        shifted = yours.narrow(axis, 0, length - 1), yours.narrow(axis, 1, length - 1)
        if close(shifted[0], ahead) or close(shifted[1], behind):
            return _("it is shifted by one along axis {axis}").format(axis=axis)
    if dims >= 2 and min(theirs.shape[-2:]) >= 3 and close(yours[..., 1:-1, 1:-1], theirs[..., 1:-1, 1:-1]):
        return _("it is right inside and wrong at the border")
    if dims >= 3 and theirs.shape[0] > 1 and close(yours[0], theirs[0]):
        return _("it is right for the first channel only")
    return ""
