"""A notebook as a module: what its code cells define, without what they only do.

Kept are definitions, and the imports and assignments that these, or the names asked for, need. Calls,
plots and training runs at top level are not: a notebook is a record of work, a module is imported. It is
executed statement by statement (`sandbox/modules.py`), so that one which raises costs what depends on it.
"""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from autograder.language import _
from autograder.submission.source import MAX_SOURCE, Unreadable, shown, universal_newlines
from autograder.submission.syntax import Unparsed, names, parse

_MAX_JSON_ITEMS = 2_000_000  # an empty list takes three bytes of JSON and seventy of memory
_MAX_STATEMENTS = 10_000
_MAX_QUOTED = 100  # characters of a line that does not parse
_PYTHON_MAGIC = ("%%time", "%%capture")  # their cells are plain Python below the first line
_DEFINED = re.compile(r"^[ \t]*+(?:async\s+def|def|class)\s+(\w+)", re.MULTILINE)
_ASSIGNED = re.compile(r"^(\w+)[ \t]*+(?::[^=\n]*+)?=(?!=)", re.MULTILINE)


@dataclass(frozen=True)
class Notebook:
    """`cells` says for each line of `text` which (cell, line) it came from, both counted from 1.

    `defines` are the names that it defines or, where a cell does not parse, seems to.
    """

    text: str
    cells: tuple[tuple[int, int], ...]
    defines: frozenset[str]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Statement:
    cell: int
    line: int
    kind: str  # "future", "definition", "import", "assignment", "block" of the last two, or "comment"
    code: str
    binds: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()


def convert(data: bytes, wanted: Collection[str]) -> Notebook:
    """The notebook as a module that binds the `wanted` names, if it defines them."""
    codes = list(_code_cells(_load(data)))
    if sum(map(len, codes)) > MAX_SOURCE:
        raise Unreadable("notebook-too-long")
    statements: list[_Statement] = []
    notes: list[str] = []
    defines: set[str] = set()
    for number, code in enumerate(codes, start=1):
        magic = code.lstrip().split(maxsplit=1)[0] if code.lstrip().startswith("%%") else ""
        if magic and magic not in _PYTHON_MAGIC:
            notes.append(
                _("cell {number} starts with {magic} and is left out").format(number=number, magic=shown(magic))
            )
            continue
        try:
            statements += list(_statements(number, code))  # all of a cell or nothing
        except Unparsed as error:
            notes.append(_("cell {number} does not parse: {reason}").format(number=number, reason=shown(str(error))))
            defines.update(_DEFINED.findall(code))
            statements.append(_Statement(number, 1, "comment", "# It does not parse and is left out."))
            lost = {*_DEFINED.findall(code), *_ASSIGNED.findall(code)}.intersection(wanted)
            statements += [_raising(number, error.line or 1, code, name) for name in sorted(lost)]
        if len(statements) > _MAX_STATEMENTS:
            raise Unreadable("notebook-too-long")
    kept = _needed(statements, wanted)
    defines.update(*(statement.binds for statement in kept))
    lines = list(_lines(kept))
    return Notebook(
        text="".join(f"{line}\n" for line, _ in lines),
        cells=tuple(place for _, place in lines),
        defines=frozenset(defines),
        notes=tuple(notes),
    )


def _raising(cell: int, line: int, code: str, name: str) -> _Statement:
    """What the cell was to define, so that who asks for it is told where it does not parse."""
    theirs = "".join(code.split("\n")[line - 1 : line])[:_MAX_QUOTED]
    theirs = "".join(char if char.isprintable() else " " for char in theirs).strip()
    return _Statement(cell, line, "definition", f"class {name}: raise SyntaxError  # your line: {theirs}")


def _load(data: bytes) -> Any:
    if sum(map(data.count, (b",", b"[", b"{"))) > _MAX_JSON_ITEMS:
        raise Unreadable("notebook-outputs")
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable("not-a-notebook") from None


def _code_cells(notebook: Any) -> Iterator[str]:
    keys = ["source"]
    match notebook:
        case {"nbformat": 4, "cells": list(cells)}:
            pass
        case {"nbformat": 3, "worksheets": list(sheets)}:
            keys = ["input", "source"]
            cells = [cell for sheet in sheets for cell in _cells_of(sheet)]
        case _:
            raise Unreadable("not-a-notebook")
    for cell in cells:
        if not isinstance(cell, dict):
            raise Unreadable("not-a-notebook")
        if _is_code(cell):
            code = next((cell[key] for key in keys if key in cell), None)
            lines: list[Any] = code if isinstance(code, list) else [code]
            if not all(isinstance(line, str) for line in lines):
                raise Unreadable("not-a-notebook")
            yield universal_newlines("".join(lines))


def _cells_of(sheet: Any) -> list[Any]:
    if isinstance(sheet, dict) and isinstance(cells := sheet.get("cells"), list):
        return cells
    raise Unreadable("not-a-notebook")


def _is_code(cell: dict[str, Any]) -> bool:
    """Whether it is code, or was: a solution that somebody turned into text counts as what it was handed out as."""
    match cell:
        case {"cell_type": "code"}:
            return True
        case {"cell_type": "markdown" | "raw", "metadata": {"nbgrader": {"solution": True, "cell_type": "code"}}}:
            return True
    return False


def _statements(cell: int, code: str) -> Iterator[_Statement]:
    """The statements of a cell that a module may need."""
    tree, code = _parse_cell(code)
    lines = code.encode().split(b"\n")
    for node in tree.body[: _MAX_STATEMENTS + 1]:
        kind = _kind(node)
        if kind:
            first, text = _segment(lines, node)
            try:
                found = names(text)
            except Unparsed as error:
                raise Unparsed(error.reason, error.line and first + error.line - 1) from None
            yield _Statement(cell, first, kind, text, found.binds.union(_patched(node)), found.uses)


def _parse_cell(code: str) -> tuple[ast.Module, str]:
    """As it stands if it is Python already: a line of a string or a long expression may start with %."""
    if code.lstrip().startswith("%%"):
        code = _without_magics(code)
    try:
        return parse(code), code
    except Unparsed:
        code = _without_magics(code)
        return parse(code), code


def _without_magics(code: str) -> str:
    """Each line that is for IPython or the shell becomes `pass`, so that blocks and line numbers stay."""
    lines, is_continued = [], False
    for line in code.split("\n"):
        stripped = line.lstrip()
        is_magic = is_continued or stripped.startswith(("%", "!", "?"))
        indent = line[: len(line) - len(stripped)]
        lines.append("" if is_continued else f"{indent}pass" if is_magic else line)
        is_continued = is_magic and line.endswith("\\")
    return "\n".join(lines)


def _kind(node: ast.stmt) -> str:
    match node:
        case ast.ImportFrom(module="__future__"):
            return "future"
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.ImportFrom(names=[ast.alias("*")]):
            return "definition"
        case ast.Import() | ast.ImportFrom():
            return "import"
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign(value=ast.expr()):
            return "assignment"
        case ast.If() | ast.Try() | ast.TryStar():
            return _block_kind(node)
    return ""


def _block_kind(block: ast.stmt) -> str:
    """Of an `if` or `try` that only defines, imports or assigns, such as the choice of a device."""
    kind, pending = "block", [block]
    while pending:  # not recursive: a chain of elif nests deeper than Python's stack
        match pending.pop():
            case ast.If(test=test, body=body, orelse=orelse):
                if any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test)):
                    return ""
                pending += body + orelse
            case ast.Try(body=body, orelse=orelse) | ast.TryStar(body=body, orelse=orelse):
                pending += body + orelse
            case ast.Pass():
                pass
            case node:
                inner = _kind(node)
                if not inner:
                    return ""
                if inner == "definition":
                    kind = inner
    return kind


def _segment(lines: list[bytes], node: ast.stmt) -> tuple[int, str]:
    """First line and text of a statement."""
    first, last = node.lineno, node.end_lineno or node.lineno
    start: int | None = node.col_offset  # counts bytes; a simple statement may share its lines with others
    end = node.end_col_offset
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.decorator_list:
        first, start = node.decorator_list[0].lineno, None
        while not lines[first - 1].startswith(b"@"):
            first -= 1
    if first == last:
        return first, lines[first - 1][start:end].decode()
    return first, b"\n".join([lines[first - 1][start:], *lines[first : last - 1], lines[last - 1][:end]]).decode()


def _patched(node: ast.stmt) -> Iterator[str]:
    """The names whose attributes or items a statement assigns, as in `Conv2D.forward = forward`."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    for target in targets:
        while isinstance(target, ast.Attribute | ast.Subscript):
            target = target.value
        if isinstance(target, ast.Name):
            yield target.id


def _needed(statements: list[_Statement], wanted: Collection[str]) -> list[_Statement]:
    """Definitions, and whatever binds a name that these or the graders ask for, directly or not."""
    binding: dict[str, list[int]] = defaultdict(list)
    for index, statement in enumerate(statements):
        for name in statement.binds:
            binding[name].append(index)
    kept = {i for i, statement in enumerate(statements) if statement.kind in ("future", "definition", "comment")}
    pending = [*wanted, *(name for i in kept for name in statements[i].binds | statements[i].uses)]
    while pending:
        for index in binding.pop(pending.pop(), ()):
            if index not in kept:
                kept.add(index)
                pending += statements[index].uses
    return [statements[index] for index in sorted(kept)]


def _lines(statements: list[_Statement]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each line of the module, and where it came from."""
    cell = 0
    for statement in sorted(statements, key=lambda statement: statement.kind != "future"):
        if statement.kind != "future" and statement.cell != cell:
            cell = statement.cell
            yield f"# Cell {cell}", (cell, 1)
        for line, text in enumerate(statement.code.split("\n"), start=statement.line):
            yield text, (statement.cell, line)
