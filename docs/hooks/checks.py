"""The page about what authors of checks may use, made of docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import autograder
from autograder import compare, notebook
from autograder.errors import SubmissionRaised
from autograder.grading.accuracy import Measured
from autograder.grading.handles import NotDefined, Submission
from autograder.grading.mirrors import RemoteFunction, RemoteModule, RemoteObject

INTRODUCTION = """\
# The language of checks

What `test_hidden.py` and `test_public.py` may use: `from autograder import check, assert_close, ...`.
[Writing an exercise](../exercises.md#a-check) shows how it goes together, and
[Training, accuracy and devices](../training.md) what is for code that trains.
"""

DECLARING = ["check", "examples", "windows", "tensors"]
ASSERTING = [
    "assert_tensor", "assert_shape", "assert_dtype", "assert_close", "assert_gradients", "assert_unchanged", "raises",
    "fail", "say",
]  # fmt: skip
TRAINING = ["Recipe", "Probes"]
HANDLES: list[tuple[str, type, list[str]]] = [
    ("submission", Submission, ["manual_seed", "watching", "on", "net", "batches", "log"]),
    ("function", RemoteFunction, ["echo"]),
    ("module", RemoteModule, ["echo", "fetch", "assign", "pull", "submodes", "to"]),
    ("object", RemoteObject, []),
    ("measured", Measured, ["require"]),
]


class _Plain(str):
    """An annotation that is shown as it was written."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def page() -> str:
    left = set(autograder.__all__) - {"__version__", *DECLARING, *ASSERTING, *TRAINING}
    if left:
        raise ValueError(f"docs/hooks/checks.py: no place for {', '.join(sorted(left))}")
    return "\n".join([INTRODUCTION, *_parts()])


def _parts() -> Iterator[str]:
    for title, names in (("Declaring a check", DECLARING), ("Asserting", ASSERTING), ("Code that trains", TRAINING)):
        yield f"## {title}\n"
        for name in names:
            yield from _entry(name, getattr(autograder, name))
    yield "## Comparing in a way of one's own\n"
    for function in (compare.within, compare.rounding_bound):
        yield from _entry(f"{function.__module__}.{function.__name__}", function)
    for exception in (compare.Mismatch, SubmissionRaised, NotDefined):
        name = f"{exception.__module__}.{exception.__name__}"
        yield f"### {name}\n\n{_said(name, exception)}\n"
    yield "## What the check is given\n"
    for name, kind, methods in HANDLES:
        yield f"### {name}\n\n{_said(name, kind)}\n"
        for method in methods:
            yield from _entry(f"{name}.{method}", getattr(kind, method), level=4)
    yield "## In a notebook\n"
    yield from _entry("autograder.notebook.check", notebook.check)


def _entry(name: str, value: Any, level: int = 3) -> Iterator[str]:
    call = f"{name.rpartition('.')[2]}{_signature(value)}"
    yield f"{'#' * level} {name}\n\n```python\n{call}\n```\n\n{_said(name, value)}\n"
    if inspect.isclass(value):
        for method, function in vars(value).items():
            if inspect.isfunction(function) and not method.startswith("_") and function.__doc__:
                yield from _entry(f"{name}.{method}", function, level + 1)


def _said(name: str, value: Any) -> str:
    if not value.__doc__:
        raise ValueError(f"`{name}` has no docstring for its page")
    return inspect.cleandoc(value.__doc__)


def _signature(value: Any) -> str:
    signature = inspect.signature(value)
    parameters = [
        each.replace(
            annotation=_Plain(each.annotation) if isinstance(each.annotation, str) else each.annotation,
            default=_Plain("...") if callable(each.default) and each.default is not each.empty else each.default,
        )
        for each in signature.parameters.values()
        if each.name != "self"
    ]
    returns = signature.return_annotation
    known = _Plain(returns) if isinstance(returns, str) else signature.empty
    return str(signature.replace(parameters=parameters, return_annotation=known))
