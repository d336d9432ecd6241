"""What an expression may stand for: library names, the student's own functions, constant strings."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.grading.reading import folding
from autograder.grading.reading.scopes import Function, Scope, Source


@dataclass(frozen=True)
class Library:
    """Something that is not the student's, by its dotted name: `torch.nn.functional.conv2d`."""

    name: str


@dataclass(frozen=True)
class Own:
    """A function or class of the student's own."""

    node: ast.AST
    source: Source


@dataclass(frozen=True)
class Text:
    """A constant."""

    value: folding.Constant


@dataclass(frozen=True)
class Namespace:
    """The `__dict__` of a module; of `sys.modules` where `of` is None."""

    of: Library | Source | None


@dataclass(frozen=True)
class Getter:
    """`operator.attrgetter("conv2d")`."""

    name: str


Value = Library | Own | Source | Text | Namespace | Getter
Site = tuple[ast.AST, Scope]
Sites = dict[Site, None]  # in the order in which they were found


@dataclass(frozen=True)
class Values:
    """What an expression may stand for; `complete` if that is all it may stand for."""

    items: frozenset[Value] = frozenset()
    complete: bool = False

    def __or__(self, other: Values) -> Values:
        items = self.items | other.items
        return Values(items, self.complete and other.complete and len(items) <= MOST_VALUES)

    @property
    def texts(self) -> list[str]:
        return sorted(item.value for item in self.items if isinstance(item, Text) and isinstance(item.value, str))

    @property
    def libraries(self) -> list[str]:
        return sorted(item.name for item in self.items if isinstance(item, Library))


UNKNOWN = Values()
NOTHING = Values(complete=True)
MOST_VALUES = 64

_MODULES = frozenset(
    ["builtins", "ctypes", "gc", "importlib", "inspect", "numpy", "operator", "os", "pickle", "sys", "torch"]
)
_NICKNAMES = {"np": "numpy"}


def canonical(name: str) -> Value:
    """A library name without detours: `torch.nn.functional.np.convolve` is `numpy.convolve`."""
    last = name.rpartition(".")[2]
    last = _NICKNAMES.get(last, last)
    return Namespace(None) if name == "sys.modules" else Library(last if last in _MODULES else name)


def constants(values: Values) -> list[Text]:
    return [item for item in values.items if isinstance(item, Text)]


def combined(parts: Sequence[Values], fold: Callable[[Sequence[folding.Constant]], folding.Constant | None]) -> Values:
    """What `fold` makes of every combination of the constants that `parts` stand for."""
    combinations = list(itertools.islice(itertools.product(*map(constants, parts)), MOST_VALUES + 1))
    folded = [fold([part.value for part in combination]) for combination in combinations]
    items = frozenset(Text(each) for each in folded if each is not None)
    certain = 0 < len(combinations) <= MOST_VALUES and None not in folded
    return Values(items, certain and all(part.complete for part in parts))


def default_of(function: ast.AST, name: str) -> ast.expr | None:
    """The default of a parameter."""
    if not isinstance(function, Function):
        return None
    positional = [*function.args.posonlyargs, *function.args.args]
    pairs = [*zip(positional[::-1], function.args.defaults[::-1], strict=False)]
    pairs += [(a, d) for a, d in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True) if d]
    return next((default for argument, default in pairs if argument.arg == name), None)
