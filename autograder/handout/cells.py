"""Cells as nbgrader knows them, and what becomes of them between its source and its release version.

nbgrader tells cells by `metadata.nbgrader`, in which `schema_version` 3 names what a cell is for, its
lasting `grade_id` and its points. Its release version has solutions cut out between marks, a checksum
in every cell of its own, and cells that students cannot delete. The same is done here, to the byte.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

import nbformat
from nbformat import NotebookNode

from autograder.stub import cuts, imports_apart, names_used, parse, stub, without_imports

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
_LONGEST_ID = 64


class Role(Enum):
    """What a cell is for: `grade`, `solution` and `locked` in nbgrader's metadata."""

    GIVEN = (False, False, True)
    SOLUTION = (False, True, False)
    GRADED = (True, False, True)


@dataclass(frozen=True)
class Cell:
    """A cell before it is written. Only a graded one has points."""

    id: str
    role: Role
    type: str  # "code" or "markdown"
    source: str
    points: float = 0.0


def source_version(cells: Iterable[Cell]) -> NotebookNode:
    """The notebook for instructors."""
    return _notebook(cells, is_release=False)


def release_version(cells: Iterable[Cell]) -> NotebookNode:
    """The notebook for students."""
    return _notebook(cells, is_release=True)


def written(notebook: NotebookNode) -> bytes:
    """The file of a notebook, the same on every machine. Raises if it breaks Jupyter's schema."""
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)).rstrip("\n").encode("utf-8") + b"\n"


def _notebook(cells: Iterable[Cell], is_release: bool) -> NotebookNode:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = NotebookNode(display_name="Python 3 (ipykernel)", language="python", name="python3")
    notebook.metadata.language_info = NotebookNode(name="python")
    notebook.cells = [_written(cell, is_release) for cell in cells]
    return notebook


def _written(cell: Cell, is_release: bool) -> NotebookNode:
    grade, solution, locked = cell.role.value
    source = _cleared(cell.source) if is_release else cell.source
    about = NotebookNode(
        schema_version=3, grade=grade, solution=solution, locked=locked, task=False, grade_id=cell.id,
    )  # fmt: skip
    if grade:
        about.points = cell.points
    metadata = NotebookNode(nbgrader=about)
    if is_release:
        about.checksum, about.cell_type = _checksum(cell, source), cell.type
        metadata.deletable = False
        if locked:
            metadata.editable = False
    new = nbformat.v4.new_code_cell if cell.type == "code" else nbformat.v4.new_markdown_cell
    return new(source, metadata=metadata, id=_jupyter_id(cell.id))


def _jupyter_id(grade_id: str) -> str:
    if len(grade_id) <= _LONGEST_ID:
        return grade_id
    digest = hashlib.sha256(grade_id.encode()).hexdigest()[:16]
    return f"{grade_id[: _LONGEST_ID - 17]}-{digest}"


def _checksum(cell: Cell, source: str) -> str:
    """By which nbgrader sees that a cell was changed."""
    grade, solution, locked = cell.role.value
    parts = [source, cell.type, str(grade), str(solution), str(locked), cell.id]
    if grade:
        parts.append(str(float(cell.points)))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _cleared(source: str) -> str:
    """The source with a stub in place of each solution."""
    lines: list[str] = []
    is_solution = False
    for line in source.split("\n"):
        if BEGIN in line:
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + each for each in _STUB]
            is_solution = True
        elif END in line:
            is_solution = False
        elif not is_solution:
            lines.append(line)
    return "\n".join(lines)


def marked(solution: str, implement: Collection[str]) -> str:
    """The reference with marks around the bodies that students write; what only they need they import themselves."""
    text, tree = parse(solution)
    given = names_used(ast.parse(stub(solution, implement)))
    theirs = dict(imports_apart(tree, given))
    lines = text.split("\n")
    for cut in sorted(cuts(text, tree, implement), key=lambda cut: cut.first, reverse=True):
        body = lines[cut.first - 1 : cut.last]
        words = set(re.findall(r"\w+", "\n".join(body)))
        imports = [f"{cut.indent}{statement}" for name, statement in theirs.items() if name in words]
        lines[cut.first - 1 : cut.last] = [cut.indent + BEGIN, *imports, *body, cut.indent + END]
    return without_imports("\n".join(lines), given).rstrip("\n")
