"""What lies in a checkout: the files that count, and those that would like to be more than a submission.

None of the latter is ever looked at by Python or by pytest: the grader's search path holds no folder of
the checkout, its pytest reads no configuration, loads no plugin and no conftest.py. They are named, so
that whoever reads the result knows of the attempt, or of the honest misunderstanding.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from autograder.errors import UsageError
from autograder.exercise import Course, load_public
from autograder.handout.delivery import MANIFEST
from autograder.language import _
from autograder.release import plain_text
from autograder.shipped import templates_dir
from autograder.submission.folders import read_file
from autograder.submission.source import MAX_ENTRIES, MAX_SOURCE, Unreadable, decode, is_work, shown

OURS = ("conftest.py", "pytest.ini")  # at the top of what `release --format classroom` writes
_LOADED_BY_PYTHON = ("sitecustomize.py", "usercustomize.py", "*.pth")
_CONFIGURATION = {"pytest.ini": "", ".pytest.ini": "", "pytest.toml": "", ".pytest.toml": "",
                  "pyproject.toml": "[tool.pytest", "tox.ini": "[pytest]", "setup.cfg": "[tool:pytest]"}  # fmt: skip
_PLUGINS = ("*.dist-info", "*.egg-info")
_PRIVATE = ("reference", "solution.py", "test_hidden.py", "course.yaml")
_LIBRARIES = {"autograder", "torch", "torchvision", "numpy", "scipy", "pytest", "_pytest", "pluggy", "hypothesis",
              "yaml", "jinja2", "rich", "cryptography"}  # fmt: skip
_OF_THE_COURSE = ("test_public.py", "exercise.yaml")
_SHADOWED = sys.stdlib_module_names | _LIBRARIES


@dataclass(frozen=True)
class Oddity:
    """Something in the checkout that gains nothing; `path` is relative to it, and `text` says why."""

    path: str
    text: str


def public_side(checkout: Path) -> Course:
    """The public tests of the checkout. Raises `UsageError` if it holds none."""
    for folder in (checkout / "exercises", checkout):
        if folder.is_dir() and any(folder.glob("*/exercise.yaml")):
            return load_public(folder)
    raise UsageError("no-exercise-here", folder=checkout)


def keep_out(checkout: Path, trusted: bool) -> list[Oddity]:
    """See to it that Python looks for no module in the checkout; what it would have looked at.

    Raises `UsageError` if code of the checkout may have been run already, and there are secrets to keep.
    """
    inside = [entry for entry in sys.path if Path(entry or ".").resolve().is_relative_to(checkout)]
    libraries = Path(sys.prefix).resolve()
    if trusted and (libraries.is_relative_to(checkout) or Path(__file__).resolve().is_relative_to(checkout)):
        raise UsageError("inside-checkout", what="autograde")
    named = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    if trusted and any(Path(part).resolve().is_relative_to(checkout) for part in named):
        raise UsageError("inside-checkout", what=f"PYTHONPATH={os.environ['PYTHONPATH']}")
    removed = [entry for entry in inside if not Path(entry or ".").resolve().is_relative_to(libraries)]
    sys.path[:] = [entry for entry in sys.path if entry not in removed]
    sys.dont_write_bytecode = True  # nothing is left behind in the checkout
    text = _("Python was started with the checkout on its search path; it was taken off. Use `autograde`, not `-m`")
    return [Oddity("", text)] if removed else []


def oddities(checkout: Path, course: Course, trusted: bool) -> list[Oddity]:
    """What in the checkout gains nothing, in the order of its paths. `course` is the one that decides."""
    found = [Oddity(path, text) for path, text in _suspicious(checkout)]
    found += [*_edited(checkout, course, trusted), *_doubles(checkout, course)]
    return sorted(found, key=lambda each: each.path)


def _suspicious(checkout: Path) -> Iterator[tuple[str, str]]:
    for number, path in enumerate(_paths(checkout)):
        if number >= MAX_ENTRIES:
            yield "", _("there are more than {count:,} files; the rest was not searched").format(count=MAX_ENTRIES)
            return
        relative = path.relative_to(checkout).as_posix()
        text = _suspicion(path, relative)
        if text:
            yield shown(relative), text


def _paths(checkout: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(checkout):
        folders[:] = sorted(
            name for name in folders if name != ".git" and not (Path(folder) / name / "pyvenv.cfg").exists()
        )
        yield from (Path(folder) / name for name in (*folders, *sorted(files)))


def _suspicion(path: Path, relative: str) -> str:
    name, stem = path.name, path.stem if path.suffix == ".py" else path.name
    if name == "conftest.py" and not _is_ours(path, relative):
        return _("pytest does not read it here: the tests run in a process of their own, with no conftest.py")
    if name in _CONFIGURATION and not _is_ours(path, relative) and _CONFIGURATION[name] in _text(path):
        return _("its options for pytest are not read here")
    if any(fnmatch.fnmatch(name, pattern) for pattern in _LOADED_BY_PYTHON):
        return _("Python does not load it here: the checkout is not on the search path")
    if path.is_dir() and any(fnmatch.fnmatch(name, pattern) for pattern in _PLUGINS):
        return _("the plugins that it names are not loaded here")
    if name in _PRIVATE:
        return _("it is called like something of the course's private side, which lies elsewhere; it is not used")
    if stem in _SHADOWED and (path.suffix == ".py" or (path / "__init__.py").is_file()):
        return _("it does not hide the module `{module}`, which the grader and your code import").format(module=stem)
    return ""


def _is_ours(path: Path, relative: str) -> bool:
    """Whether it is the file that `release` writes, unchanged."""
    if relative not in OURS:
        return False
    return _text(path) == (templates_dir() / "classroom" / relative).read_text(encoding="utf-8")


def _edited(checkout: Path, course: Course, trusted: bool) -> Iterator[Oddity]:
    """Files of the course that are not as the course has them, or as they were handed out where it is not at hand."""
    if trusted:
        for exercise in course.exercises:
            for name in _OF_THE_COURSE:
                mine, theirs = exercise.folder / name, checkout / "exercises" / exercise.id / name
                if theirs.is_file() and _text(theirs) != plain_text(mine.read_bytes()):
                    text = _("it is not as it was handed out; the course's own is used")
                    yield Oddity(theirs.relative_to(checkout).as_posix(), text)
        return
    for name, digest in _handed_out(checkout).items():
        if Path(name).name in _OF_THE_COURSE and _digest(checkout / name) != digest:
            text = _("it is not as it was handed out, so that passing it proves nothing")
            yield Oddity(shown(name), text)


def _handed_out(checkout: Path) -> Mapping[str, str]:
    """The digests of the files that `release` wrote, if its list is there and can be read."""
    try:
        files = json.loads(_text(checkout / MANIFEST))["files"]
        return {name: digest for name, digest in files.items() if isinstance(name, str) and ".." not in name}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(read_file(path, MAX_SOURCE)).hexdigest()
    except Unreadable:
        return ""


def _doubles(checkout: Path, course: Course) -> Iterator[Oddity]:
    """Files of one exercise's name beside the one that counts, which lies nearest to the top."""
    places: dict[str, list[str]] = {}
    for path in islice(_paths(checkout), MAX_ENTRIES):
        relative = path.relative_to(checkout)
        if path.suffix == ".py" and is_work(relative.parts):
            places.setdefault(path.stem, []).append(relative.as_posix())
    for exercise in course.exercises:
        ranked = sorted(places.get(exercise.id, []), key=lambda each: (each.count("/"), each))
        for other in ranked[1:]:
            yield Oddity(shown(other), _("it does not count; {file} does").format(file=shown(ranked[0])))


def _text(path: Path) -> str:
    try:
        return decode(read_file(path, MAX_SOURCE))
    except Unreadable:
        return ""
