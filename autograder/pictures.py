"""What can be drawn of a check, as plain numbers: how a page or a terminal draws it is theirs to decide.

    Comparison   a call of a public check: its inputs, what it gave, what it should have given, the difference
    Training     how a network fared: loss of each epoch, what it took for what, what its first layer makes of an image

Both are made in the trusted process and kept beside the results, as JSON. Every number may be any float.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Place = tuple[int, int]


@dataclass(frozen=True)
class Matrix:
    """A two-dimensional slice of a tensor of this `shape`: `at` are the leading indices that lead to it.

    `values` are rows of numbers; `wrong` are the elements that differ, row and column from 0, in order.
    """

    name: str
    shape: tuple[int, ...]
    at: tuple[int, ...]
    values: tuple[tuple[float, ...], ...]
    wrong: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """One public check that failed: `call` is what was called, in words, `title` the check's sentence.

    `expected` and `difference` (yours minus expected) are missing where there are none.
    """

    check: str
    title: str
    message: str
    call: str
    inputs: tuple[Matrix, ...]
    yours: Matrix
    expected: Matrix | None = None
    difference: Matrix | None = None


@dataclass(frozen=True)
class Training:
    """A network trained by a recipe: the mean loss of each epoch, and images of each class by the class it was given.

    `confusion[i][j]` counts the images of class i that were taken for class j. `maps` are what the first
    layer's `kernels` make of `image`.
    """

    losses: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...]
    image: Matrix | None = None
    kernels: tuple[Matrix, ...] = ()
    maps: tuple[Matrix, ...] = ()


Picture = Comparison | Training


def dump(pictures: Iterable[Picture]) -> str:
    """The pictures as JSON. A number that JSON does not have is a text."""
    return json.dumps([{"kind": type(each).__name__, **_plain(asdict(each))} for each in pictures], ensure_ascii=False)


def load(text: str) -> list[Picture]:
    """What `dump` wrote. Raises `ValueError` if it is something else."""
    try:
        return [_KINDS[each.pop("kind")](each) for each in json.loads(text)]
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no pictures: {error!r}") from None


def number(value: float) -> float:
    """To six digits: more are not drawn, and would have to be kept."""
    return float(f"{value:.6g}")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value


def _comparison(raw: dict[str, Any]) -> Comparison:
    texts = {key: _text(raw[key]) for key in ("check", "title", "message", "call")}
    expected, difference = (None if raw[key] is None else _matrix(raw[key]) for key in ("expected", "difference"))
    return Comparison(
        **texts, inputs=tuple(map(_matrix, raw["inputs"])), yours=_matrix(raw["yours"]),
        expected=expected, difference=difference,
    )  # fmt: skip


def _training(raw: dict[str, Any]) -> Training:
    return Training(
        tuple(map(float, raw["losses"])),
        tuple(_integers(row) for row in raw["confusion"]),
        None if raw["image"] is None else _matrix(raw["image"]),
        tuple(map(_matrix, raw["kernels"])),
        tuple(map(_matrix, raw["maps"])),
    )


def _matrix(raw: dict[str, Any]) -> Matrix:
    values = tuple(tuple(map(float, row)) for row in raw["values"])
    if len({len(row) for row in values}) != 1 or not values[0]:
        raise ValueError("a matrix needs rows of one length")
    wrong = tuple((int(row), int(column)) for row, column in raw["wrong"])
    if any(not (0 <= row < len(values) and 0 <= column < len(values[0])) for row, column in wrong):
        raise ValueError("an element outside its matrix")
    return Matrix(_text(raw["name"]), _integers(raw["shape"]), _integers(raw["at"]), values, wrong)


def _integers(raw: Sequence[Any]) -> tuple[int, ...]:
    return tuple(int(each) for each in raw)


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise TypeError(f"a text is expected, not {type(raw).__name__}")
    return raw


_KINDS: dict[str, Callable[[dict[str, Any]], Picture]] = {"Comparison": _comparison, "Training": _training}
