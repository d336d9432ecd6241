"""Find what a student wants to have checked: which exercises, and where their public side is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import FileError, UsageError
from autograder.exercise import Course, Exercise, load_public
from autograder.language import _
from autograder.submission import Submission, read, read_cells


@dataclass(frozen=True)
class OwnWork:
    """A student's work and the public side of the exercises that it belongs to."""

    course: Course
    exercises: tuple[Exercise, ...]
    submission: Submission


def find_work(path: Path, ids: Collection[str]) -> OwnWork:
    """The work at `path`: a file, an exercise's folder, or a folder with several exercises.

    The public side is looked for at `path`, above it and here, also in a folder called exercises.
    Raises `UsageError` with what to do if it, or the work, is not found.
    """
    if not path.exists():
        raise FileError(path, None, "file-missing")
    path = path.resolve()
    course = load_public(_public_side(path))
    implement = {each.id: each.implement for each in course.exercises}
    mine = read(course.root if (path / "exercises").resolve() == course.root else path, implement, "you")
    if path.is_file() and path.stem in mine.sources:  # called after an exercise, it is for that one alone
        mine = Submission("you", {path.stem: mine.sources[path.stem]}, mine.notes)
    elif path.is_file() and len(mine.sources) == 1:
        told = _("{file} is checked as it is; in a folder or an archive that is handed in it must be called {name}")
        note = told.format(file=path.name, name=f"{next(iter(mine.sources))}{path.suffix.lower()}")
        mine = Submission("you", mine.sources, (*mine.notes, note))
    exercises = course.select(ids or mine.sources)
    for exercise in exercises:
        if exercise.id not in mine.sources:
            raise no_work(path, [exercise.id], mine.notes)
    if not mine.sources:
        raise no_work(path, implement, mine.notes)
    # What an exercise imports may lie beside it.
    others = read(course.root, implement, "you").sources
    return OwnWork(course, exercises, Submission("you", {**others, **mine.sources}, mine.notes))


def notebook_work(cells: Sequence[str], folder: Path, id: str) -> OwnWork:
    """What the code cells of a notebook in `folder` define for one exercise.

    Raises `UsageError` with what to do if they define nothing for it, or if it is not found.
    """
    course = load_public(_public_side(folder.resolve()))
    implement = {each.id: each.implement for each in course.exercises}
    (exercise,) = course.select([id])
    mine = read_cells(cells, folder, implement, "you")
    if id not in mine.sources:
        wanted = ", ".join(f"`{name}`" for name in exercise.implement)
        raise UsageError("no-cell", names=wanted, notes=_listed(mine.notes))
    others = read(course.root, implement, "you").sources
    return OwnWork(course, (exercise,), Submission("you", {**others, **mine.sources}, mine.notes))


def _public_side(path: Path) -> Path:
    """The nearest folder whose subfolders hold an exercise.yaml."""
    for folder in (path, *path.parents, Path.cwd()):
        for candidate in (folder / "exercises", folder):
            if candidate.is_dir() and any(candidate.glob("*/exercise.yaml")):
                return candidate
    raise UsageError("no-exercise-here", folder=path)


def no_work(place: Path, ids: Iterable[str], notes: Sequence[str]) -> UsageError:
    """There is nothing for these exercises in what somebody named, of which `notes` say more."""
    return UsageError("no-work", place=place, exercises=", ".join(f"`{id}`" for id in ids), notes=_listed(notes))


def _listed(notes: Iterable[str]) -> str:
    return "".join(f"{_('; ')}{note}" for note in notes)
