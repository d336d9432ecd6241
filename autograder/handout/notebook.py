"""The format `notebook`: an nbgrader course with one assignment, and in it a notebook for each exercise.

`source/` is for instructors and `release/` for students, each as nbgrader would make it. A graded cell
stands for each hidden check, with its points and without anything of it but its title: what the cell
gives is decided by `autograde grade`, which writes it to the gradebook under the cell's id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import jinja2

from autograder import __version__
from autograder.errors import CourseError, UsageError
from autograder.exercise import Course, Exercise
from autograder.grading.checks import Check
from autograder.grading.rubric import rubric
from autograder.handout.layout import notebook_templates
from autograder.language import in_use
from autograder.release import FIGURES, STATEMENTS, figure, public_files

try:
    from autograder.handout.cells import Cell, Role, marked, release_version, source_version, written
except ModuleNotFoundError as error:
    if error.name != "nbformat":
        raise
    raise UsageError(
        "extra-missing", what="--format notebook", package="nbformat", install="convgrade[nbgrader]"
    ) from None

_LANGUAGES = {"README.md": ("en", "English"), "README.zh.md": ("zh", "中文")}
_NAME = re.compile(r"\w[\w .-]*")  # of a folder, and of an assignment in nbgrader
_ID = re.compile(r"[a-zA-Z0-9_-]+")  # of a cell, in nbgrader
_OURS = ("statement", "solution", "tests", "public", "graded")  # cells that no check may be called after


def write(course: Course, folder: Path) -> list[Path]:
    """Write source/, release/ and nbgrader_config.py to an empty folder.

    Raises `CourseError` for a name that nbgrader does not take.
    """
    if not _NAME.fullmatch(course.name):
        raise _unfit(course.root / "reference" / "course.yaml", course.name)
    hidden = rubric(course, course.exercises)
    public = rubric(course, course.exercises, public=True)
    templates, package = notebook_templates(), course.package or f"convgrade=={__version__}"
    config = templates.get_template("nbgrader_config.py.j2").render(course=course.name)
    files = {Path("nbgrader_config.py"): config.encode("utf-8") + b"\n"}
    for exercise in course.exercises:
        cells = list(_cells(exercise, public[exercise.id], hidden[exercise.id], templates, package))
        beside = {f"exercises/{name}": content for name, content in _beside(exercise).items()}
        for version, notebook in (("source", source_version(cells)), ("release", release_version(cells))):
            place = Path(version) / course.name
            files |= {place / f"{exercise.id}.ipynb": written(notebook)}
            files |= {place / name: content for name, content in beside.items()}
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return [folder / path for path in files]


def _beside(exercise: Exercise) -> dict[str, bytes]:
    """What a notebook needs in `exercises/`: all public files but those that it replaces, and its figure."""
    replaced = (*STATEMENTS, f"{exercise.id}.py")
    tests = {f"{exercise.id}/{name}": each for name, each in public_files(exercise).items() if name not in replaced}
    return tests | figure(exercise)


def _cells(
    exercise: Exercise, public: Sequence[Check], hidden: Sequence[Check], templates: jinja2.Environment, package: str
) -> Iterator[Cell]:
    def text(template: str, **values: object) -> str:
        return templates.get_template(template).render(id=exercise.id, **values)

    def given(name: str, type: str, source: str) -> Cell:
        return Cell(_id(exercise, name), Role.GIVEN, type, source)

    files = {name: content.decode("utf-8").rstrip("\n") for name, content in public_files(exercise).items()}
    first, *others = sorted(
        (name for name in STATEMENTS if name in files), key=lambda name: _LANGUAGES[name][0] != in_use()
    )
    statement = text(
        "statement.md.j2", statement=files[first], others=[(_LANGUAGES[name][1], files[name]) for name in others]
    )
    yield given("statement", "markdown", statement.replace(f"](../{FIGURES}/", f"](exercises/{FIGURES}/"))
    solution = exercise.solution.read_text(encoding="utf-8-sig")
    yield Cell(_id(exercise, "solution"), Role.SOLUTION, "code", marked(solution, exercise.implement))
    titles = [exercise.say(check.title) for check in public]
    yield given("tests", "markdown", text("tests.md.j2", titles=titles, source=files["test_public.py"]))
    yield given("public", "code", text("tests.py.j2", package=package))
    yield given("graded", "markdown", text("graded.md.j2"))
    for check in hidden:
        if check.name in _OURS:
            raise _unfit(exercise.hidden_tests, check.name)
        id = _id(exercise, check.name)
        source = text("hidden.py.j2", is_first=check is hidden[0], points=check.points, title=exercise.say(check.title))
        yield Cell(id, Role.GRADED, "code", source, check.points)


def _id(exercise: Exercise, name: str) -> str:
    id = f"{exercise.id}-{name}"
    if not _ID.fullmatch(id):
        raise _unfit(exercise.hidden_tests, id)
    return id


def _unfit(path: Path, name: str) -> CourseError:
    return CourseError(path, None, "nbgrader-name", name=name, taken=", ".join(_OURS))
