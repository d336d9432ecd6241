"""The templates of notebooks."""

from __future__ import annotations

import jinja2

from autograder.language import _, ngettext
from autograder.report.text import visible
from autograder.results import tidy
from autograder.shipped import templates_dir


def notebook_templates() -> jinja2.Environment:
    """What is in templates/notebook/, in the language in use."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_dir() / "notebook"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["python"] = repr
    environment.filters["points"] = lambda points: f"{tidy(points):g}"
    environment.filters["visible"] = visible
    return environment
