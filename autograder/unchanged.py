"""Whether a run would find again just what an earlier one has left: then there is nothing to grade, draw or write.

Files count by their size and times, as they do for make; what is compared lies beside the results, in the store.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder.exercise import Course
from autograder.language import in_use
from autograder.shipped import templates_dir
from autograder.store import FILE, Store

_PACKAGE = Path(__file__).resolve().parent
_LIBRARIES = ("torch", "torchvision", "numpy", "pytest", "hypothesis", "nbgrader")
_DEVICES = Path("/dev/nvidiactl")
_WRITTEN = ("results.json", "grades.csv", "gradebook.db", "index.html", "fingerprint.json", "diff.json")
_FOLDERS = ("feedback", "sources", "pictures")


def inputs(course: Course, submissions: Path, choices: Sequence[str]) -> str:
    """A digest of what a run depends on; `choices` are those of the command line."""
    made_with = [in_use(), sys.version, str(_DEVICES.exists()), str(submissions.resolve()), *choices]
    made_with += [f"{name} {_version(name)}" for name in _LIBRARIES]
    folders = (
        _PACKAGE,
        templates_dir(),
        course.root / "reference",
        course.root / "exercises",
        course.data,
        submissions,
    )
    return _digest([*made_with, *(line for folder in folders for line in _tree(folder))])


def recall(out: Path, inputs: str) -> str | None:
    """What `remember` was told, if nothing has changed since, neither what goes in nor what came out."""
    if not (out / FILE).is_file():
        return None
    with Store(out) as store:
        known = store.run()
    return known[2] if known is not None and known[:2] == (inputs, _outputs(out)) else None


def remember(out: Path, inputs: str, mark: str) -> None:
    """A run is complete, everything is written, and `mark` is its fingerprint."""
    with Store(out) as store:
        store.put_run(inputs, _outputs(out), mark)


def _outputs(out: Path) -> str:
    files = (_stamp(out / name) for name in _WRITTEN)
    return _digest([*files, *(line for name in _FOLDERS for line in _tree(out / name))])


def _tree(folder: Path) -> Iterator[str]:
    for path, folders, files in os.walk(folder.resolve()):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield path
        for name in sorted(files):
            yield _stamp(Path(path, name))


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError as error:  # it is not there, or a link that leads nowhere
        return f"{path} {error.errno}"
    return f"{path} {found.st_mode} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "surrogateescape") + b"\0")
    return digest.hexdigest()
