"""Grades in a real Ray cluster of this machine, with two processes of which one is killed in mid-run.

`make ray-test` installs Ray and runs this; `make test` does not collect it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.exercise import Course

RIGHT = "def double(x):\n    return 2 * x\n"
QUADRUPLE = "from double import double\n\ndef quadruple(x):\n    return double(double(x))\n"
SOURCES = {
    "ada": {"double": RIGHT, "quadruple": QUADRUPLE},
    "ben": {"double": "def double(x): return x / 2", "quadruple": QUADRUPLE},
    "cem": {"double": "import os\n\ndef double(x):\n    if x.requires_grad: os._exit(1)\n    return 2 * x\n"},
    "dua": {"quadruple": "def quadruple(x): return 4 * x.detach()"},
    "eve": {"double": "def double(x) return x", "quadruple": "raise ValueError"},
    **{f"f{number}": {"double": f"{RIGHT}# {number}\n", "quadruple": QUADRUPLE} for number in range(6)},
}


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """A Ray of the test's own: another cluster on this machine is none of its business."""
    folder = tempfile.mkdtemp(prefix="ray-")  # not pytest's: Ray's sockets want a short path
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex()}
    yield os.environ | token | {"RAY_ADDRESS": "local", "RAY_TMPDIR": folder}
    shutil.rmtree(folder, ignore_errors=True)


def submissions(folder: Path) -> Path:
    for student, sources in SOURCES.items():
        (folder / student).mkdir(parents=True)
        for id, text in sources.items():
            (folder / student / f"{id}.py").write_text(text)
    return folder


def grade(course: Course, handed_in: Path, out: Path, *more: str) -> list[str]:
    command = [sys.executable, "-m", "autograder", "grade", str(handed_in), "--course", str(course.root)]
    return [*command, "--out", str(out), "--jobs", "2", "--require-isolation", "process", *more]


def timeless(out: Path) -> Any:
    record = json.loads((out / "results.json").read_text())
    for each in record["submissions"]:
        for exercise in each["exercises"]:
            exercise["seconds"] = 0
    return record


def descendants(pid: int, title: bytes) -> list[int]:
    """Processes below this one that go by a title."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, ProcessLookupError):
            continue  # it has just ended

    def is_below(each: int) -> bool:
        while each in parents and each != pid:
            each = parents[each]
        return each == pid

    return [each for each in parents if is_below(each) and _title(each).startswith(title)]


def _title(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_process_that_is_killed_makes_no_difference(
    toy_course: Course, tmp_path: Path, environment: dict[str, str]
) -> None:
    handed_in = submissions(tmp_path / "submissions")
    subprocess.run(grade(toy_course, handed_in, tmp_path / "local"), check=True, stderr=subprocess.DEVNULL)
    said, killed = [], []
    with subprocess.Popen(
        grade(toy_course, handed_in, tmp_path / "ray", "--engine", "ray"),
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as driver:  # fmt: skip
        assert driver.stderr is not None
        for line in driver.stderr:
            said.append(line)
            busy = descendants(driver.pid, b"ray::NodeProcess.ask") if line.startswith("f") and not killed else []
            for pid in busy[:1]:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
    assert driver.returncode == 0, said
    assert len(killed) == 1, said
    assert sum(line.startswith("lost: ") for line in said) == 1, said
    assert timeless(tmp_path / "ray") == timeless(tmp_path / "local")
    assert not list(Path(tempfile.gettempdir()).glob(f"autograde-{os.getuid()}/*"))
