"""The stub that students fill in: the reference without the bodies of what they are to write.

It is cut out of the reference solution by line spans, so that comments and formatting of what is given
survive.
"""

from __future__ import annotations

import ast
import doctest
import io
import tokenize
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.errors import CourseError
from autograder.exercise import Exercise

Routine = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Cut:
    """Lines `first` to `last` (counted from 1) that give way to one `raise`; none if last < first."""

    name: str
    first: int
    last: int
    indent: str


def stub(solution: str, implement: Collection[str]) -> str:
    """The reference without the bodies of what `implement` names, and without imports that only they used.

    Docstrings stay. A class gives away its signatures: the body of each of its methods is cut.
    """
    text, tree = parse(solution)
    lines = text.split("\n")
    for cut in sorted(cuts(text, tree, implement), key=lambda cut: cut.first, reverse=True):
        lines[cut.first - 1 : cut.last] = [f'{cut.indent}raise NotImplementedError("{cut.name}")']
    text = "\n".join(lines).rstrip("\n") + "\n"
    return without_imports(text, names_used(ast.parse(text)))


def stub_of(exercise: Exercise, solution: str) -> str:
    """The stub of an exercise with this solution. Raises `CourseError` that names its file."""
    try:
        return stub(solution, exercise.implement)
    except CourseError as error:
        raise error.at(exercise.solution) from None


def parse(solution: str) -> tuple[str, ast.Module]:
    """The solution with one way of ending lines, and its syntax tree. Raises `CourseError` if it has none."""
    text = solution.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    try:
        return text, ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise _broken(getattr(error, "lineno", None), "not-python", reason=error.args[0]) from None


def _broken(line: int | None, code: str, **fields: object) -> CourseError:
    return CourseError("solution.py", line, code, **fields)


def cuts(text: str, tree: ast.Module, implement: Collection[str]) -> list[Cut]:
    """Where the bodies are of what `implement` names."""
    lines = text.split("\n")
    ends = _header_ends(text)
    return [_cut(name, routine, lines, ends) for name, routine in _routines(tree, implement)]


def _routines(tree: ast.Module, implement: Collection[str]) -> Iterator[tuple[str, Routine]]:
    """The functions and methods to be written, by qualified name."""
    for name in implement:
        found = [node for node in tree.body if isinstance(node, Routine | ast.ClassDef) and node.name == name]
        if not found:
            raise _broken(None, "name-missing", name=name)
        if len(found) > 1:
            raise _broken(found[1].lineno, "defined-twice", name=name)
        if isinstance(found[0], Routine):
            yield name, found[0]
        else:
            yield from _methods(found[0])


def _methods(node: ast.ClassDef) -> Iterator[tuple[str, Routine]]:
    methods = [each for each in node.body if isinstance(each, Routine)]
    if not methods:
        raise _broken(node.lineno, "class-empty", name=node.name)
    for each in node.body:
        code = [part for part in ast.walk(each) if isinstance(part, ast.Lambda | ast.ClassDef)]
        if code and each not in methods:
            raise _broken(code[0].lineno, "given-away", name=node.name)
    yield from ((f"{node.name}.{each.name}", each) for each in methods)


def _header_ends(text: str) -> dict[int, int]:
    """The line of the colon that ends each `def`, by the line of the `def`."""
    ends: dict[int, int] = {}
    start, depth = 0, 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and token.string == "def" and not start:
            start, depth = token.start[0], 0
        elif start and token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
            if token.string == ":" and depth == 0:
                ends[start], start = token.start[0], 0
    return ends


def _cut(name: str, routine: Routine, lines: Sequence[str], ends: Mapping[int, int]) -> Cut:
    first, *rest = routine.body
    header = ends[routine.lineno]
    if first.lineno == header:
        raise _broken(first.lineno, "body-line", name=name)
    documented = ast.get_docstring(routine, clean=False) is not None
    above = first.end_lineno or first.lineno if documented else header
    if documented and rest and rest[0].lineno == above:
        raise _broken(above, "body-line", name=name)
    indent = lines[first.lineno - 1][: first.col_offset]
    last = routine.end_lineno or first.lineno
    return Cut(name, above + 1, _with_comments(lines, last, routine.col_offset), indent)


def _with_comments(lines: Sequence[str], last: int, column: int) -> int:
    """The last line of a body that ends at `last`, with the comments below that still belong to it."""
    for number in range(last + 1, len(lines) + 1):
        line = lines[number - 1]
        if not line.strip():
            continue
        if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= column:
            break
        last = number
    return last


def without_imports(text: str, used: Collection[str]) -> str:
    """The module without those imports at its top level that neither give a name of `used` nor come with every stub."""
    tree = ast.parse(text)
    lines = text.split("\n")
    for node in reversed([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]):
        kept = [alias for alias in node.names if _is_wanted(node, alias, used)]
        if len(kept) == len(node.names):
            continue
        end = node.end_lineno or node.lineno
        if kept:
            lines[node.lineno - 1 : end] = [ast.unparse(_with_names(node, kept))]
            continue
        alone = not "".join(lines[node.lineno - 2 : node.lineno - 1]).strip()
        if alone and not "".join(lines[end : end + 1]).strip():
            end += 1  # of the blank lines around it, one is enough
        del lines[node.lineno - 1 : end]
    return "\n".join(lines)


def imports_apart(tree: ast.Module, used: Collection[str]) -> Iterator[tuple[str, str]]:
    """What `without_imports` leaves out: each name that it gives, and the statement that imports this one alone."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                if not _is_wanted(node, alias, used):
                    name = alias.asname or alias.name.partition(".")[0]
                    yield name, ast.unparse(_with_names(node, [alias]))


def _with_names(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> ast.Import | ast.ImportFrom:
    if isinstance(node, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(node.module, names, node.level)


def _is_wanted(node: ast.Import | ast.ImportFrom, alias: ast.alias, used: Collection[str]) -> bool:
    """Whether the stub needs an import, or a student will: torch itself, `nn` and `Tensor`."""
    if isinstance(node, ast.ImportFrom):
        if node.module == "__future__" or alias.name == "*":
            return True
        if node.module == "torch" and alias.name in ("nn", "Tensor"):
            return True
    elif alias.name == "torch":
        return True
    return (alias.asname or alias.name.partition(".")[0]) in used


def names_used(tree: ast.Module) -> set[str]:
    """The names that the code, its quoted annotations and its worked examples read."""
    used: set[str] = set()
    trees: list[ast.AST] = [tree]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            examples = doctest.DocTestParser().get_examples(node.value) if ">>>" in node.value else []
            for source in [example.source for example in examples] or [node.value.strip()]:
                try:
                    trees.append(ast.parse(source))
                except (SyntaxError, ValueError):
                    continue  # a sentence
    for each in trees:
        used.update(node.id for node in ast.walk(each) if isinstance(node, ast.Name))
    return used
