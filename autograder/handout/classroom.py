"""The format `classroom`: a repository that is made the template of every student's own, and grades pushes.

Exercises lie in `exercises/`, as in the course itself, so that what students are told about `autograde
check` holds here as well. Jinja's braces are brackets here: GitHub's workflows have braces of their own.
"""

from __future__ import annotations

import json
from pathlib import Path

import jinja2

from autograder import __version__
from autograder.exercise import Course
from autograder.release import release
from autograder.shipped import templates

# What is written, by the template that it is made of.
FILES = {
    "README.md": "README.md.j2",
    "requirements.txt": "requirements.txt.j2",
    "conftest.py": "conftest.py",
    "pytest.ini": "pytest.ini",
    ".gitignore": "gitignore",
    ".devcontainer/devcontainer.json": "devcontainer.json.j2",
    ".github/workflows/autograde.yml": "autograde.yml.j2",
}


def write(course: Course, folder: Path) -> list[Path]:
    """Write the template repository to an empty folder; returns its files."""
    written = release(course.root, folder / "exercises")
    environment = _environment()
    package = course.package or f"convgrade=={__version__}"
    for name, template in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = environment.get_template(template).render(
            course=course.name, exercises=course.exercises, package=package
        )
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _environment() -> jinja2.Environment:
    environment = templates(
        "classroom",
        autoescape=False,  # YAML, JSON and Markdown: `tojson` and `cell` do it
        variable_start_string="[[", variable_end_string="]]", block_start_string="[%", block_end_string="%]",
        comment_start_string="[#", comment_end_string="#]",
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["cell"] = lambda text: text.replace("|", r"\|")
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment
