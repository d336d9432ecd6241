"""Finds what is shipped beside the code: the folder `templates/`."""

from __future__ import annotations

from pathlib import Path

from autograder.errors import UsageError

PACKAGE = Path(__file__).resolve().parent


def templates_dir() -> Path:
    """The folder `templates/`: inside an installed package, beside it in a checkout."""
    for folder in (PACKAGE / "templates", PACKAGE.parent / "templates"):
        if folder.is_dir():
            return folder
    raise UsageError(f"templates/ is neither in {PACKAGE} nor beside it; install autograde again")
