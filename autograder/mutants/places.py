"""Where a reference may be altered: what students write, and nothing that they are given."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

Routine = ast.FunctionDef | ast.AsyncFunctionDef
Place = tuple[int, int]  # line, counted from 1, and column, counted from 0, in characters
Span = tuple[Place, Place]


@dataclass(frozen=True)
class Source:
    """A reference's text, and which parts of it students write."""

    text: str
    implement: tuple[str, ...]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def imported(self) -> frozenset[str]:
        """Names of modules and of what was imported from them."""
        nodes = (node for node in ast.walk(self.tree) if isinstance(node, ast.Import | ast.ImportFrom))
        return frozenset(alias.asname or alias.name.partition(".")[0] for node in nodes for alias in node.names)

    @cached_property
    def routines(self) -> list[Routine]:
        """The functions and methods to implement, and the functions of the file that those reach."""
        top = {node.name: node for node in self.tree.body if isinstance(node, Routine | ast.ClassDef)}
        pending: list[ast.AST] = [top[name] for name in self.implement if name in top]
        found: dict[str, Routine] = {}
        while pending:
            node = pending.pop(0)
            written = node.body if isinstance(node, ast.ClassDef) else [node]
            for routine in (each for each in written if isinstance(each, Routine)):
                found[_key(routine)] = routine
                reached = {each.id for each in ast.walk(routine) if isinstance(each, ast.Name)}
                given = (each for name, each in top.items() if name in reached and isinstance(each, Routine))
                pending += [each for each in given if _key(each) not in found]
        return list(found.values())

    @cached_property
    def _inside(self) -> list[Span]:
        """Bodies, and what parameters are without an argument."""
        nodes: list[ast.AST] = []
        for routine in self.routines:
            nodes += routine.body[_documented(routine) :]
            nodes += [*routine.args.defaults, *(each for each in routine.args.kw_defaults if each is not None)]
        return [self.span(node) for node in nodes]

    @cached_property
    def _outside(self) -> list[Span]:
        """What no grade depends on in there: annotations, docstrings, and the words of an exception."""
        nodes: list[ast.AST] = []
        for node in (each for routine in self.routines for each in ast.walk(routine)):
            match node:
                case ast.AnnAssign():
                    nodes.append(node.annotation)
                case ast.arg(annotation=ast.expr() as annotation):
                    nodes.append(annotation)
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    nodes += [node.returns] if node.returns is not None else []
                    nodes += node.body[: _documented(node)]
                case ast.Raise(exc=ast.Call() as raised):
                    nodes.append(raised)
        return [self.span(node) for node in nodes]

    def mutable(self, place: Place) -> bool:
        """Whether what begins here may be altered."""
        return any(start <= place < end for start, end in self._inside) and not any(
            start <= place < end for start, end in self._outside
        )

    def nodes(self) -> Iterator[ast.AST]:
        """The nodes of the tree that may be altered."""
        seen: set[int] = set()
        for node in (each for routine in self.routines for each in ast.walk(routine)):
            if hasattr(node, "lineno") and id(node) not in seen and self.mutable(self.span(node)[0]):
                seen.add(id(node))
                yield node

    def span(self, node: ast.AST) -> Span:
        """Where a node begins and ends."""
        ends = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        start, end = (
            (line, len(self.lines[line - 1].encode("utf-8")[:column].decode("utf-8"))) for line, column in ends
        )
        return start, end

    def cut(self, start: Place, end: Place) -> str:
        """The text between two places."""
        return self.text[self._offset(start) : self._offset(end)]

    def of(self, node: ast.AST) -> str:
        """The text of a node."""
        return self.cut(*self.span(node))

    def with_text(self, span: Span, text: str) -> str:
        """The whole source with `text` in place of a span."""
        return self.text[: self._offset(span[0])] + text + self.text[self._offset(span[1]) :]

    def _offset(self, place: Place) -> int:
        line, column = place
        return sum(len(each) + 1 for each in self.lines[: line - 1]) + column


def _key(routine: Routine) -> str:
    return f"{routine.name}:{routine.lineno}"


def _documented(routine: Routine) -> int:
    """How many statements of the body are its docstring."""
    return int(ast.get_docstring(routine, clean=False) is not None)


def source_of(text: str, implement: Collection[str]) -> Source:
    """The source with one way of ending lines and without a byte order mark."""
    return Source(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), tuple(implement))
