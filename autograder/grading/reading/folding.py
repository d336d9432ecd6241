"""What constant expressions come to, computed within bounds: "con" + "v2d" is "conv2d"."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

Constant = str | bytes | int

LONGEST = 4096
LARGEST = 10**6

_METHODS = frozenset(
    ["lower", "upper", "strip", "lstrip", "rstrip", "replace", "swapcase", "casefold", "capitalize", "title",
     "removeprefix", "removesuffix", "decode", "encode"]
)  # fmt: skip
_WIDE = re.compile(r"\d{3}|\*|\{[^}]*\{")  # digits in a row; a width that is an argument


def binary(operator: ast.operator, left: Constant, right: Constant | tuple[Constant, ...]) -> Constant | None:
    """`left operator right`, or None where that is not foldable or would be large."""
    try:
        match operator:
            case ast.Mod() if isinstance(left, (str, bytes)):
                pattern = left if isinstance(left, str) else left.decode("latin-1")
                return None if _WIDE.search(pattern) else _small(left % right)
            case ast.Add():
                return _small(left + right)  # type: ignore[operator]
            case ast.Sub() if isinstance(left, int) and isinstance(right, int):
                return _small(left - right)
            case ast.Mult() if isinstance(right, int) and abs(right) * _size(left) <= LONGEST:
                return _small(left * right)
    except (TypeError, ValueError, KeyError):
        return None
    return None


def method(name: str, receiver: Constant, arguments: Sequence[Constant]) -> Constant | None:
    """`receiver.name(*arguments)` for the string methods that spell a name differently."""
    try:
        if name == "format" and isinstance(receiver, str):
            return None if _WIDE.search(receiver) else _small(receiver.format(*arguments))
        if name in _METHODS and isinstance(receiver, (str, bytes)) and len(arguments) <= 2:
            if name in ("decode", "encode"):
                return _small(getattr(receiver, name)())
            return _small(getattr(receiver, name)(*arguments)) if len(receiver) <= 256 else None
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        return None
    return None


def call(name: str, argument: Constant) -> Constant | None:
    """A builtin of one constant: `chr(99)`, `str(2)`, `int("2")`."""
    functions = {"builtins.chr": chr, "builtins.str": str, "builtins.int": int, "builtins.ord": ord}
    if name not in functions or _size(argument) > LARGEST:
        return None
    try:
        return _small(functions[name](argument))  # type: ignore[operator]
    except (TypeError, ValueError, OverflowError):
        return None


def item(value: Constant, index: int | slice) -> Constant | None:
    """`value[index]` of a string."""
    if not isinstance(value, (str, bytes)):
        return None
    try:
        return value[index]
    except (IndexError, ValueError):
        return None


def joined(separator: Constant, items: Sequence[Constant]) -> Constant | None:
    """`separator.join(items)`."""
    texts = [each for each in items if isinstance(each, str)]
    if not isinstance(separator, str) or len(texts) < len(items):
        return None
    return separator.join(texts) if sum(len(each) + len(separator) for each in texts) <= LONGEST else None


def _size(value: Constant) -> int:
    return abs(value) if isinstance(value, int) else len(value)


def _small(value: object) -> Constant | None:
    if isinstance(value, (str, bytes)):
        return value if len(value) <= LONGEST else None
    return value if isinstance(value, int) and abs(value) <= LARGEST else None
