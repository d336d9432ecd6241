"""Builds `exercises/` from `reference/`: what students receive, and nothing else.

The stub is cut out of the reference solution by line spans, so that comments and formatting of what
is given survive; everything else is copied. Files are the same, byte for byte, on every machine.
"""

from __future__ import annotations

import ast
import doctest
import io
import os
import re
import tokenize
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError
from autograder.exercise import Exercise, discover

Routine = ast.FunctionDef | ast.AsyncFunctionDef

STATEMENTS = ("README.md", "README.zh.md")
COPIED = ("exercise.yaml", "test_public.py")
LEFT_BY_TOOLS = frozenset(["__pycache__", ".pytest_cache", ".ipynb_checkpoints", ".DS_Store"])

# ---------------------------------------------------------------- the stub


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
    text, tree = _parse(solution)
    lines = text.split("\n")
    for cut in sorted(_cuts(text, tree, implement), key=lambda cut: cut.first, reverse=True):
        lines[cut.first - 1 : cut.last] = [f'{cut.indent}raise NotImplementedError("{cut.name}")']
    return _without_unused_imports("\n".join(lines).rstrip("\n") + "\n")


def _parse(solution: str) -> tuple[str, ast.Module]:
    text = solution.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    try:
        return text, ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise _broken(getattr(error, "lineno", None), f"does not parse: {error.args[0]}") from None


def _broken(line: int | None, reason: str) -> CourseError:
    return CourseError("solution.py", line, reason)


def _cuts(text: str, tree: ast.Module, implement: Collection[str]) -> list[Cut]:
    lines = text.split("\n")
    ends = _header_ends(text)
    return [_cut(name, routine, lines, ends) for name, routine in _routines(tree, implement)]


def _routines(tree: ast.Module, implement: Collection[str]) -> Iterator[tuple[str, Routine]]:
    """The functions and methods to be written, by qualified name."""
    for name in implement:
        found = [node for node in tree.body if isinstance(node, Routine | ast.ClassDef) and node.name == name]
        if not found:
            raise _broken(None, f"`implement` names `{name}`, but no top-level `def` or `class` defines it")
        if len(found) > 1:
            raise _broken(found[1].lineno, f"`{name}` is defined twice")
        if isinstance(found[0], Routine):
            yield name, found[0]
        else:
            yield from _methods(found[0])


def _methods(node: ast.ClassDef) -> Iterator[tuple[str, Routine]]:
    methods = [each for each in node.body if isinstance(each, Routine)]
    if not methods:
        raise _broken(node.lineno, f"class `{node.name}` has no method to be written")
    for each in node.body:
        code = [part for part in ast.walk(each) if isinstance(part, ast.Lambda | ast.ClassDef)]
        if code and each not in methods:
            raise _broken(code[0].lineno, f"in `{node.name}` this would be given away; write it as a method")
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
        raise _broken(first.lineno, f"the body of `{name}` must stand on lines of its own")
    documented = ast.get_docstring(routine, clean=False) is not None
    above = first.end_lineno or first.lineno if documented else header
    if documented and rest and rest[0].lineno == above:
        raise _broken(above, f"in `{name}` nothing may follow the docstring on its last line")
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


def _without_unused_imports(text: str) -> str:
    tree = ast.parse(text)
    used = _names_used(tree)
    lines = text.split("\n")
    for node in reversed([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]):
        kept = [alias for alias in node.names if _wanted(node, alias, used)]
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


def _with_names(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> ast.Import | ast.ImportFrom:
    if isinstance(node, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(node.module, names, node.level)


def _wanted(node: ast.Import | ast.ImportFrom, alias: ast.alias, used: Collection[str]) -> bool:
    """Whether the stub needs an import, or a student will: torch itself, `nn` and `Tensor`."""
    if isinstance(node, ast.ImportFrom):
        if node.module == "__future__" or alias.name == "*":
            return True
        if node.module == "torch" and alias.name in ("nn", "Tensor"):
            return True
    elif alias.name == "torch":
        return True
    return (alias.asname or alias.name.partition(".")[0]) in used


def _names_used(tree: ast.Module) -> set[str]:
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


# ---------------------------------------------------------------- the files


def release(course_root: Path, exercises_dir: Path | None = None, only: Collection[str] | None = None) -> list[Path]:
    """Bring `exercises/` up to date and return the paths that were written or removed.

    With `only`, these exercises alone. A file that the reference no longer has is removed.
    """
    target = exercises_dir or course_root / "exercises"
    exercises = discover(course_root / "reference")
    changed: list[Path] = []
    for exercise in exercises:
        if only is None or exercise.id in only:
            changed += _write_all(target / exercise.id, _files(exercise))
    if only is None:
        for gone in _gone(target, exercises):
            changed += _write_all(gone, {})
    changed += _write_all(target, {"README.md": _index(exercises)}, keep=True)
    return changed


def stale(course_root: Path) -> list[str]:
    """What `release` would change, in sentences; nothing if `exercises/` is up to date."""
    target = course_root / "exercises"
    exercises = discover(course_root / "reference")
    complaints: list[str] = []
    for exercise in exercises:
        folder = target / exercise.id
        wanted = _files(exercise)
        for name, content in wanted.items():
            source = f"reference/{exercise.id}/{'solution.py' if name == f'{exercise.id}.py' else name}"
            state = _state(folder / name, content)
            if state:
                complaints.append(
                    f"exercises/{exercise.id}/{name} is {state}; edit {source}, then run `autograde release`"
                )
        complaints += [
            f"exercises/{path.relative_to(target).as_posix()} does not come from reference/; "
            "`autograde release` removes it"
            for path in _others(folder, wanted)
        ]
    complaints += [
        f"exercises/{gone.name} has no exercise in reference/; `autograde release` removes it"
        for gone in _gone(target, exercises)
    ]
    state = _state(target / "README.md", _index(exercises))
    return complaints + ([f"exercises/README.md is {state}; run `autograde release`"] if state else [])


def _state(path: Path, content: bytes) -> str:
    if not path.is_file():
        return "missing"
    return "" if path.read_bytes() == content else "stale"


def _files(exercise: Exercise) -> dict[str, bytes]:
    """Everything that students receive of an exercise, by file name."""
    try:
        given = {f"{exercise.id}.py": stub(_read(exercise.solution), exercise.implement)}
    except CourseError as error:
        raise CourseError(exercise.solution, error.line, error.reason) from None
    for name in (*STATEMENTS, *COPIED):
        if name != "README.zh.md" or (exercise.folder / name).exists():
            given[name] = _read(exercise.folder / name)
    _keep_secret(exercise, given)
    return {name: text.encode("utf-8") for name, text in given.items()}


def _read(path: Path) -> str:
    """A file's text, with one way of ending lines."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CourseError(path, None, error.strerror or "cannot be read") from None
    except UnicodeDecodeError as error:
        raise CourseError(path, None, f"not UTF-8: {error.reason} at byte {error.start}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"


def _index(exercises: Sequence[Exercise]) -> bytes:
    """exercises/README.md: the exercises in order."""
    rows = [
        f"| {exercise.order} | [{exercise.title.replace('|', chr(92) + '|')}]({exercise.id}/README.md) "
        f"| `{exercise.id}.py` | {exercise.points:g} |"
        for exercise in exercises
    ]
    lines = [
        "# Exercises",
        "",
        "<!-- Written by `autograde release`; edit reference/ instead. -->",
        "",
        "Each folder holds a statement, a file to fill in, and the tests that you may run:",
        "`autograde check` in this folder, or in one of them.",
        "",
        "| | exercise | file | points |",
        "|--:|---|---|--:|",
        *rows,
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _write_all(folder: Path, files: Mapping[str, bytes], keep: bool = False) -> list[Path]:
    """Make `folder` hold `files`, and nothing else unless `keep`; returns what was changed."""
    changed = [folder / name for name, content in files.items() if _state(folder / name, content)]
    for path in changed:
        _write(path, files[path.name])
    others = [] if keep else _others(folder, files)
    for path in others:
        path.unlink()
    if not files:
        for path in sorted([*folder.rglob("*"), folder], reverse=True):
            if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
                path.rmdir()
    return changed + others


def _write(path: Path, content: bytes) -> None:
    """All or nothing: whoever reads the file meanwhile sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _others(folder: Path, files: Collection[str]) -> list[Path]:
    """What an exercise's folder holds and should not: publishing copies it as a whole."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if (path.is_symlink() or not path.is_dir())
        and path.relative_to(folder).as_posix() not in files
        and not LEFT_BY_TOOLS.intersection(path.relative_to(folder).parts)
    ]


def _gone(target: Path, exercises: Sequence[Exercise]) -> list[Path]:
    """Folders of exercises that reference/ no longer has."""
    known = {exercise.id for exercise in exercises}
    return [path.parent for path in sorted(target.glob("*/exercise.yaml")) if path.parent.name not in known]


# ---------------------------------------------------------------- nothing of the solution goes out

_TRIVIAL = re.compile(
    r"return [\w.]+|super\(\).__init__\(\)|[\w, ()*]+ = [\w.]+\.shape|for \w+ in range\(\w+\):|with torch\.no_grad\(\):"
    r"|(from|import) .*|def \w+\(.*|raise NotImplementedError.*|self\.\w+ = \w+"
)
SHORTEST_SECRET = 13


def _keep_secret(exercise: Exercise, given: Mapping[str, str]) -> None:
    """Refuse to release a line of a body that was cut, wherever it stands."""
    text, tree = _parse(_read(exercise.solution))
    lines = text.split("\n")
    for cut in _cuts(text, tree, exercise.implement):
        for line in lines[cut.first - 1 : cut.last]:
            secret = line.partition("  #")[0].strip().lstrip("# ")
            if len(secret) < SHORTEST_SECRET or _TRIVIAL.fullmatch(secret):
                continue
            for name, content in given.items():
                if secret in content:
                    number = content[: content.index(secret)].count("\n") + 1
                    raise CourseError(
                        exercise.solution if name == f"{exercise.id}.py" else exercise.folder / name,
                        None if name == f"{exercise.id}.py" else number,
                        f"a line of the solution of `{cut.name}` would be released in {name}:{number}: `{secret}`",
                    )
