"""One student's entry: which of its files is which exercise, and what it says."""

from __future__ import annotations

import json
import keyword
import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from autograder.language import _
from autograder.submission.archives import read_archive
from autograder.submission.folders import read_file, read_folder, refused
from autograder.submission.notebooks import convert
from autograder.submission.source import (
    ARCHIVES,
    CODE,
    MAX_BYTES,
    File,
    Rejected,
    Source,
    Unreadable,
    decode,
    shown,
    size_limit,
)
from autograder.submission.syntax import Unparsed, borrowed, names

_MAX_NOTES = 20
_MAX_HELPERS = 50
_MAX_HELPER_BYTES = 1 << 20
# A helper called `random` must not become everyone's `random`.
_TAKEN_MODULES = sys.stdlib_module_names | {"autograder", "numpy", "scipy", "torch", "torchvision"}


@dataclass(frozen=True)
class Submission:
    """What one student handed in. An exercise that is not in `sources` is missing.

    `notes` are sentences for the student, and for whoever helps: what was left out or looks misnamed. `entry` is
    where it was read, if it was; `submitted` is when it came, if that is known without looking there.
    """

    student: str
    sources: Mapping[str, Source | Rejected]
    notes: tuple[str, ...] = ()
    entry: Path | None = field(default=None, compare=False)
    submitted: datetime | None = None


def read(entry: Path, exercises: Mapping[str, Collection[str]], student: str) -> Submission:
    """What a folder, an archive, a .py or a .ipynb holds for exercises, given with the names they must define.

    Never raises for what is inside: an entry that cannot be read is `Rejected` for every exercise.
    """
    try:
        if entry.is_symlink():
            raise Unreadable("is-link")
        if entry.is_dir():
            return _from_files(read_folder(entry), exercises, student)
        if entry.name.lower().endswith(CODE):
            return _from_file(_file(entry), exercises, student)
        return _from_files(_unpack(entry), exercises, student)
    except (Unreadable, OSError) as error:
        reason = refused(error, entry) if isinstance(error, OSError) else error
        return reject(
            student, exercises, _("{file} cannot be read: {reason}").format(file=shown(entry.name), reason=reason)
        )


def read_cells(
    cells: Sequence[str], folder: Path, exercises: Mapping[str, Collection[str]], student: str
) -> Submission:
    """The code cells of a notebook that is running, read as an .ipynb with them in `folder` would be."""
    notebook = {"nbformat": 4, "cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    file = File(("notebook.ipynb",), json.dumps(notebook).encode)
    beside = [path for path in sorted(folder.glob("*.py")) if path.is_file()]
    try:
        return _from_file(file, exercises, student, [_file(path) for path in beside[: _MAX_HELPERS + 1]])
    except Unreadable as error:
        return reject(student, exercises, str(error))


def _file(path: Path) -> File:
    return File((path.name,), lambda: read_file(path, size_limit(path.name)), path.is_symlink())


def read_listed(
    files: Callable[[], list[File]], exercises: Mapping[str, Collection[str]], student: str, name: str
) -> Submission:
    """`read`, of files that lie elsewhere than in the file system; `name` is what a message calls their place."""
    try:
        return _from_files(files(), exercises, student)
    except Unreadable as error:
        return reject(student, exercises, _("{name} cannot be read: {reason}").format(name=shown(name), reason=error))


def reject(student: str, exercises: Collection[str], message: str) -> Submission:
    """Nothing of this student's can be graded."""
    return Submission(student, dict.fromkeys(exercises, Rejected(message)))


def _unpack(entry: Path) -> list[File]:
    if not entry.name.lower().endswith(ARCHIVES):
        raise Unreadable("unknown-kind")
    return read_archive(entry.name, read_file(entry, MAX_BYTES))


def _from_file(
    file: File, exercises: Mapping[str, Collection[str]], student: str, beside: Sequence[File] = ()
) -> Submission:
    """One file counts for the exercises of which it defines something, and for the one it is called after.

    If it cannot be told what it defines it counts for all: to say what is wrong with it is the worker's business.
    """
    work = _Work([file, *beside], exercises)
    source, defines = work.source(file)
    if defines is None:
        with suppress(Unparsed):
            defines = names(source.text).binds
    if defines is not None:
        defines -= borrowed(source.text, exercises)
    stem = file.name.rpartition(".")[0]
    sources = {
        exercise: source
        for exercise, required in exercises.items()
        if defines is None or exercise == stem or defines.intersection(required)
    }
    if not sources:
        work.notes.append(_("{file} defines nothing that an exercise asks for").format(file=shown(file.name)))
    return Submission(student, sources, work.all_notes())


def _from_files(files: list[File], exercises: Mapping[str, Collection[str]], student: str) -> Submission:
    work = _Work(sorted(files, key=lambda file: (len(file.path), file.path)), exercises)
    sources: dict[str, Source | Rejected] = {}
    for exercise in exercises:
        file = work.find(exercise)
        if not file:
            work.note_lookalike(exercise)
            continue
        try:
            sources[exercise] = work.source(file)[0]
        except Unreadable as error:
            sources[exercise] = Rejected(
                _("{file} cannot be read: {reason}").format(file=shown(file.name), reason=error)
            )
    if not sources:
        work.note_nothing_found()
    return Submission(student, sources, work.all_notes())


@dataclass
class _Work:
    """The files of one entry, nearest to its top first."""

    files: list[File]
    exercises: Mapping[str, Collection[str]]
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._text = cache(lambda file: decode(file.load()))

    def find(self, exercise: str) -> File | None:
        """Code before notebooks, files before links, shallow before deep."""
        for is_link in (False, True):
            for suffix in CODE:
                for file in self.files:
                    if file.name == exercise + suffix and file.is_link == is_link:
                        return file
        return None

    def source(self, file: File) -> tuple[Source, frozenset[str] | None]:
        """The source, and the names that a notebook defines; a module is not examined."""
        if not file.name.lower().endswith(".ipynb"):
            return Source(file.name, self._text(file), self._helpers(file), path="/".join(file.path)), None
        wanted = {name for required in self.exercises.values() for name in required}
        notebook = convert(file.load(), wanted)
        self.notes += [_("{file}: {note}").format(file=shown(file.name), note=note) for note in notebook.notes]
        source = Source(file.name, notebook.text, self._helpers(file), notebook.cells, "/".join(file.path))
        return source, notebook.defines

    def _helpers(self, of: File) -> dict[str, str]:
        """The modules beside a file, by name; the first of them, if they are too many or too large."""
        helpers: dict[str, str] = {}
        room = _MAX_HELPER_BYTES
        modules = [file for file in self.files if file.path[:-1] == of.path[:-1] and _is_helper(file.name, of.name)]
        for file in modules[:_MAX_HELPERS]:
            try:
                text = self._text(file)
                room -= len(text.encode())
                if room < 0:
                    raise Unreadable("helpers-too-large", file=of.name)
                helpers[file.name.removesuffix(".py")] = text
            except Unreadable as error:
                self.notes.append(_("{file} is left out: {reason}").format(file=shown(file.name), reason=error))
        if len(modules) > _MAX_HELPERS:
            self.notes.append(
                _("only the first {count} files beside {file} can be imported").format(count=_MAX_HELPERS, file=of.name)
            )
        return helpers

    def note_lookalike(self, exercise: str) -> None:
        """The same in other letters, or with something added as browsers do (`name (1).py`), will be what was meant."""
        begins = re.compile(rf"{re.escape(exercise)}(?![a-z0-9])", re.IGNORECASE)
        for file in self.files:
            stem, dot, suffix = file.name.rpartition(".")
            is_another = stem in self.exercises and dot + suffix in CODE
            if dot + suffix.lower() in CODE and begins.match(stem) and not is_another:
                told = _("{file} looks like {name}: call it that, to the letter")
                self.notes.append(told.format(file=shown(file.name), name=f"{exercise}.{suffix.lower()}"))

    def note_nothing_found(self) -> None:
        code = [shown(file.name) for file in self.files if file.name.lower().endswith(CODE)]
        if code and not self.notes:
            self.notes.append(
                _("no file is named after an exercise; there is {files}").format(files=", ".join(code[:3]))
            )
        for file in self.files:
            if not file.name.lower().endswith(CODE):
                self.notes.append(
                    _("{file} is an archive inside the submission and was not opened").format(file=shown(file.name))
                )

    def all_notes(self) -> tuple[str, ...]:
        notes = list(dict.fromkeys(self.notes))
        more = len(notes) - _MAX_NOTES
        return (*notes[:_MAX_NOTES], _("and {count} more").format(count=more)) if more > 0 else tuple(notes)


def _is_helper(name: str, of: str) -> bool:
    """Whether a file of this name can be imported by its neighbour, and hides no module of Python or of ours."""
    module = name.removesuffix(".py")
    return (
        name.endswith(".py")
        and module.isidentifier()
        and not keyword.iskeyword(module)
        and module not in _TAKEN_MODULES
        and module != of.rpartition(".")[0]
    )
