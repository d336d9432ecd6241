"""The wheel in an environment of its own, used outside the repository: what a person does in the first hour.

`make package-check` runs this; `make test` does not collect it. The wheel is built from the sdist and installed
by pip. What it depends on is not downloaded but linked from the environment that runs this, and nothing else
is, so that a dependency which pyproject.toml does not name is missed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from autograder import __version__
from autograder.exercise import load_course
from autograder.shipped import COURSE

ROOT = Path(__file__).parents[2]
FIRST = load_course(ROOT).exercises[0].id
THIEF = "exec(open({path!r}).read())\n"


def run(*command: str | Path, cwd: Path, expect: int = 0, **environment: str) -> str:
    ended = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environment or None,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
    )  # fmt: skip
    assert ended.returncode == expect, ended.stdout
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    hatchling = (sys.executable, "-m", "hatchling", "build", "-d", folder)
    run(*hatchling, "-t", "sdist", cwd=ROOT)
    with tarfile.open(folder / f"convgrade-{__version__}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    run(*hatchling, "-t", "wheel", cwd=folder / f"convgrade-{__version__}")
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def prefix(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and what it says that it needs."""
    prefix = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", prefix, cwd=prefix)
    run(prefix / "bin/pip", "install", "--no-deps", "--no-index", wheel, cwd=prefix)
    (libraries,) = prefix.glob("lib/python*/site-packages")
    for needed in _closure(Distribution.at(next(libraries.glob("convgrade-*.dist-info")))):
        for file in needed.files or ():
            target = libraries / file
            if ".." not in file.parts and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                _link(Path(str(file.locate())), target)
    return prefix


def _closure(root: Distribution) -> list[Distribution]:
    """Everything that it needs, directly or not, as it is installed here."""
    found: dict[tuple[str, str], Distribution] = {}
    ahead = [(root, "")]
    while ahead:
        each, extra = ahead.pop()
        for line in each.requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                for wanted in ("", *requirement.extras):
                    if (key := (requirement.name, wanted)) not in found:
                        found[key] = distribution(requirement.name)
                        ahead.append((found[key], wanted))
    return list({each.name: each for each in found.values()}.values())


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


class Person:
    """Somebody with an empty home in an empty folder, who has the environment's commands."""

    def __init__(self, prefix: Path, folder: Path) -> None:
        self.prefix, self.here = prefix, folder / "work"
        self.environment = {
            "PATH": f"{prefix / 'bin'}:/usr/bin:/bin", "HOME": str(folder / "home"), "LANG": "C.UTF-8",
            "OPENBLAS_CORETYPE": os.environ.get("OPENBLAS_CORETYPE", ""),
        }  # fmt: skip
        for path in (self.here, folder / "home"):
            path.mkdir()

    def types(self, line: str, expect: int = 0) -> str:
        return run("bash", "-c", line, cwd=self.here, expect=expect, **self.environment)


@pytest.fixture(scope="module")
def person(prefix: Path, tmp_path_factory: pytest.TempPathFactory) -> Person:
    person = Person(prefix, tmp_path_factory.mktemp("person"))
    said = person.types("autograde new-course c")
    assert "autograde grade c/examples" in said
    solution = prefix / COURSE / "reference" / FIRST / "solution.py"
    assert solution.is_file()
    (person.here / "c/examples/thief").mkdir()
    (person.here / f"c/examples/thief/{FIRST}.py").write_text(THIEF.format(path=str(solution)))
    return person


@pytest.fixture(scope="module")
def graded(person: Person) -> dict[str, Any]:
    """Results by student."""
    person.types("autograde grade c/examples")
    record = json.loads((person.here / "grades/results.json").read_text(encoding="utf-8"))
    return {each["student"]: each for each in record["submissions"]}


def test_nothing_is_missing(person: Person) -> None:
    assert "No broken requirements found" in person.types("pip check")
    assert person.types("autograde --version").strip() == f"autograde {__version__}"
    assert str(ROOT) not in person.types("python -c 'import autograder, sys; print(autograder.__file__, sys.path)'")


def test_the_examples_are_graded(person: Person, graded: dict[str, Any]) -> None:
    assert graded["ada_lindqvist"]["score"] == graded["ada_lindqvist"]["points"]
    assert graded["mallory"]["score"] == 0
    assert 0 < graded["maria_garcia"]["score"] < graded["maria_garcia"]["points"]
    assert (person.here / "grades/index.html").is_file()


def test_who_names_the_file_of_a_solution_gets_nothing(graded: dict[str, Any]) -> None:
    """It lies in the environment, for everyone to read; a worker does not see it."""
    (exercise,) = [each for each in graded["thief"]["exercises"] if each["id"] == FIRST]
    assert exercise["score"] == 0
    assert re.search("FileNotFoundError|PermissionError", exercise["checks"][0]["message"])


def test_students_and_authors_can_work(person: Person) -> None:
    person.types(f"autograde check c/exercises/{FIRST}", expect=1)
    person.types(f"cp c/examples/ada_lindqvist/{FIRST}.py c/exercises/{FIRST}/ && autograde check c/exercises/{FIRST}")
    assert "stub 0" in person.types(f"autograde validate --course c --exercise {FIRST}")
    person.types("autograde new depthwise_conv --course c && autograde release --course c")
    assert (person.here / "c/exercises/depthwise_conv/depthwise_conv.py").is_file()
    person.types("autograde release handout --course c --format classroom")
    assert (person.here / "handout/.github/workflows/autograde.yml").is_file()


def test_it_speaks_chinese(person: Person) -> None:
    assert "课程" in person.types("autograde new-course 课程 --lang zh")
