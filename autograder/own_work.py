"""Find what a student wants to have checked: which exercises, and where their public side is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
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
        raise UsageError(_("there is no {file}").format(file=path))
    path = path.resolve()
    course = load_public(_public_side(path))
    implement = {each.id: each.implement for each in course.exercises}
    mine = read(course.root if (path / "exercises").resolve() == course.root else path, implement, "you")
    if path.is_file() and path.stem in mine.sources:  # called after an exercise, it is for that one alone
        mine = Submission("you", {path.stem: mine.sources[path.stem]}, mine.notes)
    exercises = course.select(ids or mine.sources)
    for exercise in exercises:
        if exercise.id not in mine.sources:
            raise UsageError(_("there is no {id}.py at {file}").format(id=exercise.id, file=path))
    if not mine.sources:
        raise UsageError(_("nothing to check at {file}; {notes}").format(file=path, notes=_("; ").join(mine.notes)))
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
        reasons = "".join(f"; {note}" for note in mine.notes)
        raise UsageError(_("no cell that has been run defines {names}{reasons}").format(names=wanted, reasons=reasons))
    others = read(course.root, implement, "you").sources
    return OwnWork(course, (exercise,), Submission("you", {**others, **mine.sources}, mine.notes))


def _public_side(path: Path) -> Path:
    """The nearest folder whose subfolders hold an exercise.yaml."""
    for folder in (path, *path.parents, Path.cwd()):
        for candidate in (folder / "exercises", folder):
            if candidate.is_dir() and any(candidate.glob("*/exercise.yaml")):
                return candidate
    raise UsageError(
        _("no exercise found at {file}: run this where your exercises are, or name a file or folder").format(file=path)
    )
