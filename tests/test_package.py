"""What is in the wheel and in the sdist: all that is needed, and nothing private but the bundled course."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import BytesParser
from importlib import import_module
from pathlib import Path

import pytest

import autograder
from autograder import __version__
from autograder.shipped import COURSE

ROOT = Path(__file__).parent.parent
DATA = f"convgrade-{__version__}.data/data"
META = f"convgrade-{__version__}.dist-info"
# Where in the wheel each folder of the checkout goes.
HOMES = {
    f"{DATA}/{COURSE}/reference": "reference",
    f"{DATA}/{COURSE}/examples/submissions": "examples/submissions",
    "autograder/templates": "templates",
    "autograder": "autograder",
}

Files = dict[str, bytes]


def build(project: Path, target: str, to: Path) -> subprocess.CompletedProcess[str]:
    """Have hatchling, which is the build backend, make what pip would, without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(to)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def made_of(project: Path, target: str, to: Path) -> Path:
    ended = build(project, target, to)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (made,) = to.iterdir()
    return made


def content(wheel: Path) -> Files:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return content(made_of(ROOT, "wheel", tmp_path_factory.mktemp("wheel")))


def origin(name: str) -> Path | None:
    """The file of the checkout that a file of the wheel comes from."""
    for home, folder in HOMES.items():
        if name.startswith(f"{home}/"):
            return ROOT / folder / name.removeprefix(f"{home}/")
    return None


def test_every_file_is_the_checkouts(wheel: Files) -> None:
    made = {f"{META}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")}
    for name, data in wheel.items():
        if name not in made:
            assert (path := origin(name)), name
            assert path.read_bytes() == data, name


@pytest.mark.parametrize("home", HOMES)
def test_nothing_is_left_out(wheel: Files, home: str) -> None:
    folder = ROOT / HOMES[home]
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert files
    assert [path for path in files if f"{home}/{path.relative_to(folder).as_posix()}" not in wheel] == []


def test_it_says_what_it_is(wheel: Files) -> None:
    about = BytesParser().parsebytes(wheel[f"{META}/METADATA"])
    assert (about["Name"], about["Version"]) == ("convgrade", __version__)
    assert {"notebook", "nbgrader", "ray", "bundle", "datasets", "dev"} <= set(about.get_all("Provides-Extra"))
    assert b"autograde = autograder.cli:main" in wheel[f"{META}/entry_points.txt"]
    assert wheel["autograder/py.typed"] == b""
    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(made_of(ROOT, "sdist", folder / "packed")) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"convgrade-{__version__}"


def test_the_sdist_makes_the_same_wheel(wheel: Files, sdist: Path, tmp_path: Path) -> None:
    assert content(made_of(sdist, "wheel", tmp_path)) == wheel


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_a_course_that_is_in_use_is_not_packed(sdist: Path, tmp_path: Path, target: str) -> None:
    """With a salt of its own it is somebody's private side."""
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "autograder/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(sdist / name, tmp_path / name)
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "course.yaml").write_text("format: 1\nname: cnn\nsalt: pepper\n")

    ended = build(tmp_path, target, tmp_path / "made")
    assert ended.returncode != 0
    assert "autograde new-course" in ended.stderr
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".whl", ".gz")]


def test_what_editors_are_told_is_what_there_is() -> None:
    """A name in the stub that the front door has not would be found out by nobody but an author."""
    stub = ast.parse((ROOT / "autograder" / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [
        (node.module, name.name) for node in stub.body if isinstance(node, ast.ImportFrom) for name in node.names
    ]
    assert {f"autograder.{home}" for home in autograder._HOMES.values()} == {module for module, _name in imports}
    assert {"__version__", *(name for _module, name in imports)} == set(autograder.__all__)
    assert all(getattr(autograder, name) is getattr(import_module(module), name) for module, name in imports)
