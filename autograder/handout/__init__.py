"""What students get, written to a folder of the instructor's choice in one of several formats.

A format is a module with `write(course, folder)`, which writes into an empty folder. What it wrote is
searched for anything private, and then brought to where it is wanted (`delivery`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from autograder.exercise import Course
from autograder.handout.delivery import deliver
from autograder.private import PrivateSide
from autograder.release import public_files

# Each format with the folders in it that are not for students.
FORMATS: Mapping[str, Sequence[str]] = {"plain": (), "notebook": ("source",), "classroom": ()}


def hand_out(course: Course, folder: Path, format: str) -> list[Path]:
    """Write the course for students to `folder` in one of the `FORMATS`; returns the files that changed.

    Raises `UsageError` where that would overwrite what somebody else wrote, or edited since.
    """
    writer = import_module(f"{__name__}.{format}")  # only what is asked for: a format may need a library
    with tempfile.TemporaryDirectory(prefix="autograde-") as draft:
        writer.write(course, Path(draft))
        public = [text.decode() for each in course.exercises for text in public_files(each).values()]
        PrivateSide.of(course, public).refuse(Path(draft), but=FORMATS[format])
        return deliver(Path(draft), folder, format)
