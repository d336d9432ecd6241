"""Makes a chaff of a submission: a mistake of this class that the next class is told about."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import yaml

from autograder.errors import CourseError, FileError, UsageError
from autograder.exercise import Course, Exercise, load_exercise, misconception_of
from autograder.language import _
from autograder.own_work import no_work
from autograder.results import write_whole
from autograder.submission import Rejected, Source, read
from autograder.submission.syntax import imports

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")


def new_chaff(course: Course, id: str, source: Path, exercise: str, check: str) -> tuple[Path, list[str]]:
    """Copy a submission to where the chaffs of `check` are, as one of the misconception `id`.

    A hint to be written is added to exercise.yaml if the id is new. Returns the file, and what is left to do.
    """
    target = course.select([exercise])[0]
    _refuse_bad(id)
    known = _checks(target)
    if check not in known:
        raise FileError(target.hidden_tests, None, "check-unknown", check=check, known=", ".join(known))
    found = _read(source, target)
    path = _free(target.folder / "chaff" / check, id.replace("-", "_"))
    is_new = id not in target.misconceptions
    if is_new:
        _add_hint(target, id)
    write_whole(path, _as_chaff(id, found.text))
    rest = [_("{file}: say in its first line which idea is wrong; take out the names of people").format(file=path)]
    if is_new:
        rest.append(
            _("{file}: write the hint of `{id}`, which explains and gives no code").format(
                file=target.folder / "exercise.yaml", id=id
            )
        )
    beside = sorted(set(found.helpers) & imports(found.text) - {each.id for each in course.before(target)})
    if beside:
        names = ", ".join(f"`{name}`" for name in beside)
        rest.append(
            _("{file}: it imports {names} of the submission; paste what it needs of them, a chaff is one file").format(
                file=path, names=names
            )
        )
    rest.append(f"autograde validate --exercise {exercise}")
    return path, rest


def _refuse_bad(id: str) -> None:
    if not _ID.fullmatch(id) or misconception_of(Path(f"{id.replace('-', '_')}.py")) != id:
        raise UsageError("misconception-name", id=id)


def _checks(exercise: Exercise) -> list[str]:
    """The names of the hidden checks, from the text of the file: nothing of it is run."""
    try:
        tree = ast.parse(exercise.hidden_tests.read_text(encoding="utf-8"))
    except OSError as error:
        raise CourseError(exercise.hidden_tests, None, "file-unreadable", reason=error.strerror) from None
    except SyntaxError as error:
        raise CourseError(exercise.hidden_tests, error.lineno, "not-python", reason=error.msg) from None
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(each, ast.Call) and ast.unparse(each.func) == "check" for each in node.decorator_list)
    ]


def _read(path: Path, exercise: Exercise) -> Source:
    if not path.exists():
        raise FileError(path, None, "file-missing")
    submission = read(path, {exercise.id: exercise.implement}, path.stem)
    found = submission.sources.get(exercise.id)
    if isinstance(found, Rejected):
        raise FileError(path, None, "work-rejected", reason=found.message)
    if found is None:
        raise no_work(path, [exercise.id], submission.notes)
    return found


def _free(folder: Path, stem: str) -> Path:
    """The first variant of this misconception that is not there yet."""
    number = 1
    while (path := folder / (f"{stem}.py" if number == 1 else f"{stem}_{number}.py")).exists():
        number += 1
    return path


def _as_chaff(id: str, text: str) -> str:
    """The source as it is, with a docstring that says what it is in the place of its own."""
    lines = text.split("\n")
    for number in range(min(2, len(lines))):  # the file is UTF-8, whatever it was
        if _COOKIE.match(lines[number]):
            lines[number] = "#"
    try:
        first = next(iter(ast.parse(text).body), None)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # which may be the very mistake
        first = None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        last, column = first.end_lineno or first.lineno, first.end_col_offset or 0
        if not lines[last - 1].encode()[column:].strip():  # nothing else is on its last line
            lines[first.lineno - 1 : last] = []
    body = "\n".join(lines).strip("\n")
    return f'"""TODO: which idea is wrong, in one sentence. A submission that shows `{id}`."""\n\n{body}\n'


def _add_hint(exercise: Exercise, id: str) -> None:
    """Add a hint to exercise.yaml by its text, so that comments and layout stay as they are."""
    path = exercise.folder / "exercise.yaml"
    text = path.read_text(encoding="utf-8")
    lines = text.rstrip("\n").split("\n")
    entry = [f"  {id}: >-", "    TODO: explain the wrong idea in one or two sentences, without the code."]
    heads = [number for number, line in enumerate(lines) if line.split("#")[0].rstrip() == "misconceptions:"]
    if heads:
        end = heads[0] + 1
        while end < len(lines) and (not lines[end].strip() or lines[end][0] in " #"):
            end += 1
        while not lines[end - 1].startswith(" ") and end - 1 > heads[0]:  # blank lines and comments of what follows
            end -= 1
        lines[end:end] = entry
    elif "misconceptions" in yaml.safe_load(text):
        number = next((n for n, line in enumerate(lines, 1) if line.startswith("misconceptions")), None)
        raise CourseError(path, number, "hint-not-added", id=id)
    else:
        lines += ["misconceptions:", *entry]
    wanted = {**exercise.misconceptions, id: entry[1].strip()}
    changed = "\n".join(lines) + "\n"
    try:
        if yaml.safe_load(changed).get("misconceptions") != wanted:
            raise ValueError
    except (yaml.YAMLError, ValueError):
        raise CourseError(path, None, "hint-not-added", id=id) from None
    write_whole(path, changed)
    load_exercise(exercise.folder)
