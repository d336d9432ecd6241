"""The templates of notebooks."""

from __future__ import annotations

import jinja2

from autograder.report.text import visible
from autograder.results import tidy
from autograder.shipped import templates


def notebook_templates() -> jinja2.Environment:
    """What is in templates/notebook/, in the language in use."""
    environment = templates("notebook", newstyle=True)
    environment.filters["python"] = repr
    environment.filters["points"] = lambda points: f"{tidy(points):g}"
    environment.filters["visible"] = visible
    return environment
