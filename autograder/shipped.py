"""Finds what is shipped beside the code: the folder `templates/`."""

from __future__ import annotations

from pathlib import Path

from autograder.errors import UsageError
from autograder.language import _

PACKAGE = Path(__file__).resolve().parent


def templates_dir() -> Path:
    """The folder `templates/`: inside an installed package, beside it in a checkout."""
    for folder in (PACKAGE / "templates", PACKAGE.parent / "templates"):
        if folder.is_dir():
            return folder
    raise UsageError(
        _("templates/ is neither in {package} nor beside it; install autograde again").format(package=PACKAGE)
    )
