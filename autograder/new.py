"""Starts a new exercise from the template: a small one that works, to be changed step by step."""

from __future__ import annotations

import builtins
import keyword
import re
import shutil
import sys
from pathlib import Path

import jinja2

from autograder.errors import UsageError
from autograder.exercise import discover
from autograder.shipped import templates_dir

SUFFIX = ".j2"

# A submission's file is imported under its exercise's name, beside these, and students have a folder of that name.
_TAKEN = sys.stdlib_module_names | frozenset(
    ["autograder", "data", "figures", "hypothesis", "jinja2", "nbformat", "numpy", "pandas", "pytest", "ray",
     "reference", "rich", "scipy", "solution", "torch", "torchaudio", "torchvision", "yaml"]
)  # fmt: skip


def new(course_root: Path, id: str) -> Path:
    """Make reference/<id>/ from the template, last in order; it passes `autograde validate` at once."""
    reference = course_root / "reference"
    if not reference.is_dir():
        raise UsageError("not-a-course", root=course_root)
    folder = reference / id
    _refuse_bad(id, folder)
    draft = reference / f".{id}.draft"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        _stamp(draft, {"id": id, "title": id.replace("_", " ").capitalize(), "order": _next_order(reference)})
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _refuse_bad(id: str, folder: Path) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", id):
        raise UsageError("exercise-name", id=id)
    if keyword.iskeyword(id) or keyword.issoftkeyword(id) or hasattr(builtins, id) or id in _TAKEN:
        raise UsageError("exercise-name-taken", id=id)
    if folder.exists():
        raise UsageError("already-there", folder=folder)


def _next_order(reference: Path) -> int:
    if not any(reference.glob("*/exercise.yaml")):
        return 1
    return max(exercise.order for exercise in discover(reference)) + 1


def _stamp(folder: Path, values: dict[str, str | int]) -> None:
    template = templates_dir() / "exercise"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # the files are Python, YAML and Markdown, and the values come from the author
    )
    for path in sorted(template.rglob(f"*{SUFFIX}")):
        name = path.relative_to(template).as_posix()
        target = folder / name.removesuffix(SUFFIX)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(environment.get_template(name).render(values).encode("utf-8"))
