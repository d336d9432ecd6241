"""Finds what is shipped beside the code: the folder `templates/`, which it opens, and the bundled course."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from autograder.errors import MachineryError
from autograder.language import _, ngettext

PACKAGE = Path(__file__).resolve().parent
COURSE = "share/convgrade/course"  # where pyproject.toml has the wheel put it, below the environment's own folder


def templates_dir() -> Path:
    """The folder `templates/`: inside an installed package, beside it in a checkout."""
    for folder in (PACKAGE / "templates", PACKAGE.parent / "templates"):
        if folder.is_dir():
            return folder
    raise MachineryError("package-damaged", what="templates/", reason=PACKAGE)


def bundled_course() -> Path:
    """The folder with `reference/` and `examples/submissions/`: the checkout, or where the wheel was installed.

    That is not in the package: workers may read every folder of libraries, and must not find solutions there.
    """
    for folder in (PACKAGE.parent, *(above / COURSE for above in PACKAGE.parents)):
        if (folder / "reference" / "course.yaml").is_file():
            return folder
    raise MachineryError("package-damaged", what="reference/", reason=PACKAGE)


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
