"""What students get, written to a folder of the instructor's choice in one of several formats.

A format is a module with `write(course, folder)`, which writes into an empty folder. What it wrote is
then brought to where it is wanted (`delivery`).
"""

from __future__ import annotations

import tempfile
from importlib import import_module
from pathlib import Path

from autograder.exercise import Course
from autograder.handout.delivery import deliver

FORMATS = ("plain", "notebook", "classroom")


def hand_out(course: Course, folder: Path, format: str) -> list[Path]:
    """Write the course for students to `folder` in one of the `FORMATS`; returns the files that changed.

    Raises `UsageError` where that would overwrite what somebody else wrote, or edited since.
    """
    writer = import_module(f"{__name__}.{format}")  # only what is asked for: a format may need a library
    with tempfile.TemporaryDirectory(prefix="autograde-") as draft:
        writer.write(course, Path(draft))
        return deliver(Path(draft), folder, format)
