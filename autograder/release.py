"""Builds `exercises/` from `reference/`: what students receive, and nothing else.

The stub is cut out of the reference solution; everything else is copied. Files are the same, byte for
byte, on every machine.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from autograder.catalogues import TRANSLATED, public_texts
from autograder.errors import CourseError
from autograder.exercise import Exercise, discover
from autograder.language import _
from autograder.private import keep_solution
from autograder.stub import stub_of

STATEMENTS = ("README.md", "README.zh.md")
COPIED = ("exercise.yaml", "test_public.py")
FIGURE, FIGURES = "figure.svg", "figures"  # of one exercise, in its folder; of all, beside the exercises
LEFT_BY_TOOLS = frozenset(["__pycache__", ".pytest_cache", ".ipynb_checkpoints", ".DS_Store"])


def release(course_root: Path, exercises_dir: Path | None = None, only: Collection[str] | None = None) -> list[Path]:
    """Bring `exercises/` up to date and return the paths that were written or removed.

    With `only`, these exercises alone. A file that the reference no longer has is removed.
    """
    target = exercises_dir or course_root / "exercises"
    exercises = discover(course_root / "reference")
    changed: list[Path] = []
    for exercise in exercises:
        if only is None or exercise.id in only:
            changed += _write_all(target / exercise.id, public_files(exercise))
    if only is None:
        for gone in _gone(target, exercises):
            changed += _write_all(gone, {})
    shared = _shared(exercises)
    changed += _write_all(target, shared, keep=True)
    for path in _stray(target, shared):
        path.unlink()
        changed.append(path)
    return changed


def stale(course_root: Path) -> list[str]:
    """What `release` would change, in sentences; nothing if `exercises/` is up to date."""
    target = course_root / "exercises"
    exercises = discover(course_root / "reference")
    complaints: list[str] = []
    for exercise in exercises:
        folder = target / exercise.id
        wanted = public_files(exercise)
        for name, content in wanted.items():
            source = f"reference/{exercise.id}/{'solution.py' if name == f'{exercise.id}.py' else name}"
            state = _state(folder / name, content)
            if state:
                complaint = _("exercises/{name} is stale; edit {source}, then run `autograde release`")
                if state == "missing":
                    complaint = _("exercises/{name} is missing; edit {source}, then run `autograde release`")
                complaints.append(complaint.format(name=f"{exercise.id}/{name}", source=source))
        complaint = _("exercises/{name} does not come from reference/; `autograde release` removes it")
        complaints += [complaint.format(name=path.relative_to(target).as_posix()) for path in _others(folder, wanted)]
    complaint = _("exercises/{name} has no exercise in reference/; `autograde release` removes it")
    complaints += [complaint.format(name=gone.name) for gone in _gone(target, exercises)]
    shared = _shared(exercises)
    for name, content in shared.items():
        if state := _state(target / name, content):
            complaint = _("exercises/{name} is stale; run `autograde release`")
            if state == "missing":
                complaint = _("exercises/{name} is missing; run `autograde release`")
            complaints.append(complaint.format(name=name))
    complaint = _("exercises/{name} does not come from reference/; `autograde release` removes it")
    return complaints + [complaint.format(name=path.relative_to(target).as_posix()) for path in _stray(target, shared)]


def unsettled(course_root: Path) -> list[str]:
    """What an author may have forgotten in what students get, in sentences."""
    exercises = discover(course_root / "reference")
    found: list[str] = []
    for exercise, after in zip(exercises, [*exercises[1:], None], strict=True):
        for name in (*STATEMENTS, *COPIED):
            path = exercise.folder / name
            for number, line in enumerate(_read(path).splitlines() if path.exists() else (), 1):
                if "TODO" in line:
                    told = _("reference/{name}:{line}: this still says TODO, and students read it")
                    found.append(told.format(name=f"{exercise.id}/{name}", line=number))
        if after is not None and after.order == exercise.order:
            told = _("{first} and {second} have the same `order`, {order}; they come by name")
            found.append(told.format(first=exercise.id, second=after.id, order=exercise.order))
    return found


def _state(path: Path, content: bytes) -> str:
    """What is wrong with a file, in a word; empty if it is as it should be."""
    if not path.is_file():
        return "missing"
    return "" if path.read_bytes() == content else "stale"


def public_files(exercise: Exercise) -> dict[str, bytes]:
    """Everything that students receive of an exercise, by file name."""
    given = {f"{exercise.id}.py": stub_of(exercise, _read(exercise.solution))}
    for name in (*STATEMENTS, *COPIED):
        if name != "README.zh.md" or (exercise.folder / name).exists():
            given[name] = _read(exercise.folder / name)
    keep_solution(exercise, _read(exercise.solution), given)
    return {name: text.encode("utf-8") for name, text in given.items()}


def figure(exercise: Exercise) -> dict[str, bytes]:
    """The figure of an exercise by its name beside the exercises, `figures/<id>.svg`; nothing if it has none."""
    path = exercise.folder / FIGURE
    if not path.exists():
        return {}
    text = _read(path)
    keep_solution(exercise, _read(exercise.solution), {FIGURE: text})
    return {f"{FIGURES}/{exercise.id}.svg": text.encode("utf-8")}


def _shared(exercises: Sequence[Exercise]) -> dict[str, bytes]:
    """What lies beside the exercises, by name: the list of them, for each language a catalogue, and the figures."""
    files = {"README.md": _index(exercises)}
    for code in TRANSLATED:
        if any((exercise.folder / f"{code}.po").is_file() for exercise in exercises):
            files[f"{code}.po"] = public_texts(exercises, code)
    for exercise in exercises:
        keep_solution(exercise, _read(exercise.solution), files)
    shared = {name: text.encode("utf-8") for name, text in files.items()}
    for exercise in exercises:
        shared |= figure(exercise)
    return shared


def _read(path: Path) -> str:
    """A file's text, with one way of ending lines."""
    try:
        return plain_text(path.read_bytes())
    except OSError as error:
        raise CourseError(path, None, "file-unreadable", reason=error.strerror) from None
    except UnicodeDecodeError as error:
        raise CourseError(path, None, "not-utf8", reason=error.reason, position=error.start) from None


def plain_text(raw: bytes) -> str:
    """A file's text as it is released, whatever git has made of its line ends. Raises `UnicodeDecodeError`."""
    text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    return text.rstrip("\n") + "\n"


def _index(exercises: Sequence[Exercise]) -> str:
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
    return "\n".join(lines) + "\n"


def _write_all(folder: Path, files: Mapping[str, bytes], keep: bool = False) -> list[Path]:
    """Make `folder` hold `files`, and nothing else unless `keep`; returns what was changed."""
    changed = [folder / name for name, content in files.items() if _state(folder / name, content)]
    for path in changed:
        _write(path, files[path.relative_to(folder).as_posix()])
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


def _stray(target: Path, shared: Collection[str]) -> list[Path]:
    """Catalogues of languages into which no exercise is translated any more, and figures that none has any more."""
    catalogues = [target / f"{code}.po" for code in TRANSLATED if f"{code}.po" not in shared]
    figures = [path for path in _others(target / FIGURES, ()) if path.relative_to(target).as_posix() not in shared]
    return [path for path in catalogues if path.is_file()] + figures


def _gone(target: Path, exercises: Sequence[Exercise]) -> list[Path]:
    """Folders of exercises that reference/ no longer has."""
    known = {exercise.id for exercise in exercises}
    return [path.parent for path in sorted(target.glob("*/exercise.yaml")) if path.parent.name not in known]
