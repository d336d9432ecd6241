"""The format `plain`: what `exercises/` holds, made afresh from `reference/`."""

from __future__ import annotations

from pathlib import Path

from autograder.exercise import Course
from autograder.release import release


def write(course: Course, folder: Path) -> list[Path]:
    """Write every exercise and the list of them to an empty folder."""
    return release(course.root, folder)
