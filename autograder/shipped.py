"""Finds what is shipped beside the code, the folder `templates/`, and opens it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from autograder.errors import UsageError
from autograder.language import _, ngettext

PACKAGE = Path(__file__).resolve().parent


def templates_dir() -> Path:
    """The folder `templates/`: inside an installed package, beside it in a checkout."""
    for folder in (PACKAGE / "templates", PACKAGE.parent / "templates"):
        if folder.is_dir():
            return folder
    raise UsageError(
        _("templates/ is neither in {package} nor beside it; install autograde again").format(package=PACKAGE)
    )


def templates(folder: str, *, newstyle: bool = False, **options: Any) -> jinja2.Environment:
    """The templates in `templates/<folder>/`, in the language in use; a name that nothing defines is an error.

    With `newstyle` translated texts have their values filled in by Jinja, which escapes them.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_dir() / folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        **options,
    )
    environment.install_gettext_callables(_, ngettext, newstyle=newstyle)  # type: ignore[attr-defined]
    return environment
