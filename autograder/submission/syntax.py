"""What Python code says, without running it, and within bounds when the code is hostile."""

from __future__ import annotations

import ast
import re
import symtable
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from autograder.language import _

MAX_PARSED = 256 << 10

# CPython joins `import a.a.a…` one name at a time: gigabytes for a line of some 10,000 names.
_DOTTED = re.compile(r"(?:\.[\s\\]*+[^\s\\.,;:()\[\]{}+\-*/<>='\"]++[\s\\]*+){200}")


class Unparsed(Exception):
    """The code does not parse, or is too large or too deep to be parsed here."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason, self.line = reason, line
        super().__init__(_("{reason} (line {line})").format(reason=reason, line=line) if line else reason)


@dataclass(frozen=True)
class Names:
    """The module-level names that code binds, and those that it uses."""

    binds: frozenset[str]
    uses: frozenset[str]


def parse(code: str) -> ast.Module:
    with _guarded(code):
        return ast.parse(code)


def names(code: str) -> Names:
    """Scopes are Python's own: what a function binds for itself is neither bound nor used by the module."""
    with _guarded(code):
        table = symtable.symtable(code, "<submission>", "exec")
        symbols = table.get_symbols()
        binds = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}
        uses = {s.get_name() for s in symbols if s.is_referenced()}
        pending = table.get_children()
        while pending:
            inner = pending.pop()
            of_module = (s for s in inner.get_symbols() if s.is_global())
            uses.update(s.get_name() for s in of_module if s.is_referenced() or s.is_declared_global())
            pending += inner.get_children()
    return Names(frozenset(binds), frozenset(uses))


@lru_cache(maxsize=32)
def imports(code: str) -> frozenset[str]:
    """The top-level names of the modules that the code imports, anywhere in it; none if it does not parse."""
    try:
        nodes = list(ast.walk(parse(code)))
    except Unparsed:
        return frozenset()
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    of = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return frozenset(name.partition(".")[0] for name in plain | of)


def parameters(code: str, function: str) -> list[str]:
    """The names of a function's parameters, or of a method's after the first; none unless there is one such."""
    try:
        tree = parse(code)
    except Unparsed:
        return []
    methods = [node for each in tree.body if isinstance(each, ast.ClassDef) for node in each.body]
    plain = [each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == function]
    bound = [each for each in methods if isinstance(each, ast.FunctionDef) and each.name == function]
    if len(plain) + len(bound) != 1:
        return []
    arguments = (plain or bound)[0].args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args)][0 if plain else 1 :]


def borrowed(code: str, modules: Collection[str]) -> set[str]:
    """The names that the module takes from these modules by `from ... import`."""
    imports = (node for node in parse(code).body if isinstance(node, ast.ImportFrom) and node.module in modules)
    return {alias.asname or alias.name for node in imports for alias in node.names}


@contextmanager
def _guarded(code: str) -> Iterator[None]:
    if len(code) > MAX_PARSED or _DOTTED.search(code):
        raise Unparsed(_("it is too long or too deep"))
    try:
        with warnings.catch_warnings():  # such as those about "\d" in a string
            warnings.simplefilter("ignore")
            yield
    except SyntaxError as error:
        raise Unparsed(error.msg, error.lineno) from None
    except (ValueError, RecursionError, MemoryError):
        raise Unparsed(_("it is too deep, or holds characters that no code may hold")) from None
