"""`@check`: what makes a function of test_hidden.py or test_public.py a check."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from autograder.language import _
from autograder.results import Kind

Function = TypeVar("Function", bound=Callable[..., None])


@dataclass(frozen=True)
class Check:
    """One aspect that is looked at. `needs` are the checks that must have passed before it."""

    name: str
    kind: Kind
    points: float
    title: str
    needs: tuple[str, ...]


def check(
    *, kind: Kind, points: float = 0.0, needs: Sequence[Callable[..., None]] = ()
) -> Callable[[Function], Function]:
    """Make a function a check.

    The function's name is the check's id, the first line of its docstring is the sentence that a
    student reads, and returning is passing. It may take `submission`, `reference`, and what
    `@examples` draws.

        @check(kind="dtype", points=0.5, needs=[interface])
        def keeps_float64(submission):
            "A float64 input gives a float64 result."
            ...
    """
    if kind not in get_args(Kind):
        reason = _("kind must be one of {kinds}, not {kind!r}")
        raise ValueError(reason.format(kinds=", ".join(get_args(Kind)), kind=kind))
    if points < 0:
        raise ValueError(_("points must not be negative: {points}").format(points=points))

    def mark(function: Function) -> Function:
        title = (inspect.getdoc(function) or "").partition("\n")[0].strip()
        if not title:
            reason = _("check `{check}` needs a docstring: the sentence that a student reads")
            raise ValueError(reason.format(check=function.__name__))
        for need in needs:
            if check_of(need) is None:
                reason = _("check `{check}` needs `{need}`, which is not a check")
                raise ValueError(reason.format(check=function.__name__, need=need.__name__))
        names = tuple(need.__name__ for need in needs)
        function.__check__ = Check(function.__name__, kind, float(points), title, names)  # type: ignore[attr-defined]
        return function

    return mark


def check_of(function: Any) -> Check | None:
    """The check that a function is, if it is one."""
    return getattr(function, "__check__", None)
