"""Starts a course from the bundled one: its private side, what students get, and submissions to try it on."""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
from pathlib import Path

from autograder.errors import MachineryError, UsageError
from autograder.exercise import load_course
from autograder.release import LEFT_BY_TOOLS, release
from autograder.shipped import bundled_course, templates

# Of the bundled class, enough to see what comes in: all right, wrong, notebooks, an archive, one file, an attack.
EXAMPLES = ("ada_lindqvist", "kenji_tanaka", "liam_oconnor.py", "mallory", "maria_garcia", "priya_raman.zip")
GITIGNORE = "gitignore"


def start_course(folder: Path) -> str:
    """Make `folder`, which must be empty or not there, a course of its own, with a salt that nobody knows.

    Returns the id of its first exercise. Raises `UsageError` if the folder is not empty, and `MachineryError` if it
    cannot be written; what was written until then is removed.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError("already-there", folder=folder)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".draft-", dir=folder) as draft:
            _write(Path(draft))
            for path in Path(draft).iterdir():
                path.rename(folder / path.name)
        return load_course(folder).exercises[0].id
    except OSError as error:
        reason = error.strerror or str(error)  # of many errors at once there is the list
        raise MachineryError("file-not-written", path=folder, reason=reason) from None


def _write(folder: Path) -> None:
    bundled = bundled_course()
    unwanted = shutil.ignore_patterns(*LEFT_BY_TOOLS)
    shutil.copytree(bundled / "reference", folder / "reference", ignore=unwanted)
    settings = folder / "reference" / "course.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"(?m)^salt:.*$", f'salt: "{secrets.token_hex(16)}"', text), encoding="utf-8")
    release(folder)
    for name in EXAMPLES:
        source = bundled / "examples" / "submissions" / name
        if source.is_dir():
            shutil.copytree(source, folder / "examples" / name, ignore=unwanted)
        else:
            shutil.copy(source, folder / "examples" / name)
    course = load_course(folder)
    environment = templates("course", keep_trailing_newline=True, autoescape=False)  # Markdown, and names of ours
    for name in environment.list_templates():
        target = folder / (f".{name}" if name == GITIGNORE else name.removesuffix(".j2"))
        target.write_text(environment.get_template(name).render(course=course), encoding="utf-8")
