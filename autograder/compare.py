"""Comparison, in the trusted process: type, shape and finiteness before value.

Every assertion here raises `Mismatch`, which carries two texts. The one for hidden checks gives
shapes, counts and orders of magnitude, never an expected value; the one for public checks shows
the first differing element.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import torch

from autograder.language import N_, _, say
from autograder.nearmiss import near_miss

# (rtol, atol). In float32 `rtol` is twice the bound of `rounding_bound` for 800 products, and `atol` that for 9
# products of numbers around 1, for results that are small because their terms cancel. Where a sum of more terms
# may cancel, a check says so with `rounding`. `autograde validate` measures how much of it is used (docs/proof.md).
_TOLERANCE = {
    torch.float64: (1e-7, 1e-9),
    torch.float32: (1e-4, 1e-5),
    torch.float16: (1e-2, 1e-3),
    torch.bfloat16: (2e-2, 1e-2),
}

_MAX_TOLD = 1 << 16  # elements of a result whose shape is told

_WORDS = {
    "NoneType": N_("None"), "list": N_("a list"), "tuple": N_("a tuple"), "dict": N_("a dict"), "str": N_("a string"),
    "int": N_("a number"), "float": N_("a number"), "bool": N_("True or False"), "Tensor": N_("a tensor"),
    "type": N_("a class"), "function": N_("a function"), "generator": N_("a generator"), "module": N_("a module"),
}  # fmt: skip
_TYPES = frozenset({
    "ndarray", "float16", "float32", "float64", "int32", "int64", "bool_", "Parameter", "method", "range",
    "map", "filter", "zip", "set", "complex", "bytes", "property", "builtin_function_or_method", "dtype", "Size",
})  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """Two tensors of float64; `wrong` marks the elements that differ, if the shapes do not."""

    yours: torch.Tensor
    theirs: torch.Tensor
    wrong: torch.Tensor | None = None


class Mismatch(AssertionError):
    """A check's finding.

    `hidden` is fit for every student; `public` may show values and is for public checks alone.
    `suspect` is the misconception to name if nothing else explains the finding, and `near` is then what
    can be said from the numbers alone. `compared` are the numbers themselves, for public checks alone as well.
    """

    near = ""
    compared: Compared | None = None

    def __init__(
        self, hidden: str, public: str = "", misconception: str | None = None, suspect: str | None = None
    ) -> None:
        super().__init__(hidden)
        self.suspect = suspect
        self.hidden = hidden
        self.public = public or hidden
        self.misconception = misconception


def fail(template: str, /, misconception: str | None = None, **values: object) -> NoReturn:
    """Fail the check with words of the author's, `values` in their braces, and the misconception where it is known.

    For example `fail("{count} of the losses are not floats", misconception="tensor-losses", count=2)`.
    """
    raise Mismatch(say(template, **values), misconception=misconception)


def rounding_bound(function: Callable[..., torch.Tensor], *tensors: torch.Tensor) -> torch.Tensor:
    """How far two results of a sum of products may differ, whatever the order in which each was summed.

    `function` must be linear in each of the tensors, with every product taken once: a correlation, a matrix
    product. A sum s of n products in floating point, in any order, is within n u / (1 - n u) times the sum of the
    products' magnitudes of s, u half the distance from 1 to the next number (N. J. Higham, Accuracy and Stability
    of Numerical Algorithms, 2nd ed., SIAM 2002, section 3.1, equation 3.5). The magnitudes are the function of the
    tensors' magnitudes, and n is the function of ones. Returns a tensor in float64 of the result's shape.
    """
    unit = torch.finfo(tensors[0].dtype).eps / 2
    doubles = [tensor.detach().double() for tensor in tensors]
    magnitudes, terms = (function(*map(change, doubles)).double() for change in (torch.abs, torch.ones_like))
    return 2 * terms * unit / (1 - terms * unit) * magnitudes


_listeners: list[Callable[[float], None]] = []


@contextmanager
def measuring(note: Callable[[float], None]) -> Iterator[None]:
    """`note` is told of each comparison inside how much of its tolerance the largest difference takes; 1 is all of it.

    The proof of the hidden tests measures so how far right and wrong solutions are from being taken for each other.
    """
    _listeners.append(note)
    try:
        yield
    finally:
        _listeners.remove(note)


def within(gap: float | torch.Tensor, allowed: float | torch.Tensor) -> bool:
    """Whether no difference is larger than what is allowed: for checks that compare in a way of their own."""
    gap, allowed = torch.as_tensor(gap, dtype=torch.float64), torch.as_tensor(allowed, dtype=torch.float64)
    _tell(gap, allowed)
    return bool((gap <= allowed).all())


def _tell(gap: torch.Tensor, allowed: torch.Tensor) -> None:
    if _listeners and gap.numel():
        used = torch.where(gap == 0, torch.zeros_like(gap), gap / allowed).nan_to_num(nan=math.inf, posinf=math.inf)
        for note in _listeners:
            note(float(used.detach().max()))


def assert_tensor(value: object) -> None:
    """`value` is a tensor of real floating-point numbers."""
    if not isinstance(value, torch.Tensor):
        raise _not_a(_("the result is {what}, not a tensor"), value)
    if not value.is_floating_point():
        message = _("the result holds {dtype}, not floating-point numbers")
        raise Mismatch(message.format(dtype=_name(value.dtype)))


def assert_shape(value: object, shape: Sequence[int]) -> None:
    """`value` is a tensor of exactly this shape."""
    if not isinstance(value, torch.Tensor):
        raise _not_a(_("the result is {what}, not a tensor"), value)
    if tuple(value.shape) != tuple(shape):
        message = _("the result has shape {shape}, not {expected}")
        raise Mismatch(message.format(shape=_shape(value), expected=tuple(shape)))


def assert_dtype(value: object, dtype: torch.dtype) -> None:
    """`value` is a tensor of exactly this dtype."""
    if not isinstance(value, torch.Tensor):
        raise _not_a(_("the result is {what}, not a tensor"), value)
    if value.dtype != dtype:
        suspects = {(torch.float32, torch.float64): "float32-only", (torch.float64, torch.float32): "float64-only"}
        message = _("the result is {dtype}, not {expected}").format(dtype=_name(value.dtype), expected=_name(dtype))
        raise Mismatch(message, suspect=suspects.get((value.dtype, dtype)))


def assert_close(
    actual: object,
    expected: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    rounding: torch.Tensor | None = None,
    mistakes: Mapping[str, torch.Tensor] | None = None,
) -> None:
    """`actual` equals `expected` but for rounding: |actual - expected| <= atol + rtol * |expected| + rounding.

    Demands a real floating tensor (or, where `expected` is a number or a list of numbers, the same
    of floats), the exact shape, finite values where the expected ones are, and then the values. It
    does not demand the same precision: that is what checks of kind `dtype` are for, so that one slip
    costs one aspect. The tolerance defaults by the dtype of `expected`, float32 for plain numbers; `rounding`, of
    the shape of `expected`, is what `rounding_bound` gives.
    `mistakes` maps misconceptions to the values that they lead to: a mismatch with one of these names it.
    """
    if not isinstance(expected, torch.Tensor):
        actual = _as_tensor(actual, expected)
        expected = torch.tensor(expected, dtype=torch.float32)
    assert_tensor(actual)
    assert isinstance(actual, torch.Tensor)
    default = _TOLERANCE[expected.dtype]
    rtol, atol = default[0] if rtol is None else rtol, default[1] if atol is None else atol
    yours, theirs = actual.detach().double(), expected.detach().double()
    near = partial(near_miss, yours, theirs, partial(torch.allclose, rtol=rtol, atol=atol))
    try:
        assert_shape(actual, expected.shape)
    except Mismatch as misshapen:
        misshapen.near, misshapen.compared = near(), Compared(yours, theirs)
        raise
    gap, allowed = (yours - theirs).abs(), atol + rtol * theirs.abs()
    if rounding is not None:
        allowed = allowed + rounding
    if not _listeners and bool((gap <= allowed).all() & allowed.isfinite().all()):
        return  # the usual case; what follows is for whatever is not finite, and to say what is wrong
    gap[(yours == theirs) | (yours.isnan() & theirs.isnan())] = 0
    _tell(gap, allowed)
    wrong = (gap != 0) & (~(gap <= allowed) | theirs.isinf())  # to an infinite value everything is close
    if wrong.any():
        mismatch = _value_mismatch(yours, theirs, wrong)
        mismatch.near, mismatch.compared = near(), Compared(yours, theirs, wrong)
        for misconception, value in (mistakes or {}).items():
            if value.shape == yours.shape and torch.allclose(yours, value.double(), rtol, atol):
                mismatch.misconception = misconception
        raise mismatch


def _as_tensor(actual: object, expected: Any) -> torch.Tensor:
    if isinstance(expected, (list, tuple)):
        if not isinstance(actual, (list, tuple)):
            raise _not_a(_("the result is {what}, not a list of numbers"), actual)
        if any(type(item) not in (int, float) for item in actual):
            raise Mismatch(_("the list holds something else than numbers"))
        if len(actual) != len(expected):
            message = _("the list has {count} numbers, not {expected}")
            raise Mismatch(message.format(count=len(actual), expected=len(expected)))
    elif type(actual) not in (int, float):
        raise _not_a(_("the result is {what}, not a number"), actual)
    try:
        return torch.tensor(actual, dtype=torch.float64)
    except OverflowError:
        raise Mismatch(_("the result holds an integer that no float can hold")) from None


def _value_mismatch(yours: torch.Tensor, theirs: torch.Tensor, wrong: torch.Tensor) -> Mismatch:
    count, total = int(wrong.sum()), wrong.numel()
    which = _("{count} of {total} values differ")
    if count == total:
        which = _("the value differs") if total == 1 else _("all {total} values differ")
    which = which.format(count=count, total=total)
    first = tuple(int(index) for index in wrong.nonzero()[0])
    shown = _("{which}; the first at {place}: yours {yours}, expected {expected}").format(
        which=which, place=list(first), yours=_short(yours[first]), expected=_short(theirs[first])
    )
    lost = int((~yours.isfinite() & theirs.isfinite()).sum())
    if lost:
        return Mismatch(_("{count} of {total} values are not finite").format(count=lost, total=total), shown)
    gap = float((yours - theirs)[wrong].abs().max())
    return Mismatch(_("{which}, by up to {gap}").format(which=which, gap=_magnitude(gap)), shown)


def _shape(tensor: torch.Tensor) -> str:
    """The shape; one that no slip leads to is not spelled out, for its sides may spell a hidden input."""
    sides = tuple(tensor.shape)
    if math.prod(side or 1 for side in sides) <= _MAX_TOLD:
        return str(sides)
    return _("of {count} absurdly long axes").format(count=len(sides))


def _magnitude(gap: float) -> str:
    """The order of magnitude, and nothing finer: an exact difference would give the answer away."""
    if not math.isfinite(gap):
        return _("more than a float can hold")
    return _("about {size}").format(size=f"1e{round(math.log10(gap)):+03d}") if gap > 0 else "0"


def _short(value: torch.Tensor) -> str:
    return f"{float(value):.6g}"


def _not_a(template: str, value: object) -> Mismatch:
    """The result is something else: what it is, in words, in the template's `{what}`.

    The type of an object that lives in the worker has a name that a student chose. Hidden checks repeat a few alone.
    """
    told = getattr(value, "type_name", None)
    name = "module" if isinstance(value, torch.nn.Module) else told if isinstance(told, str) else type(value).__name__
    public = _(_WORDS[name]) if name in _WORDS else _("an object of type {type}").format(type=name[:40])
    hidden = public if name in _WORDS or name in _TYPES else _("an object of another type")
    return Mismatch(template.format(what=hidden), template.format(what=public))


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
