"""Runs of `autograde grade` that can be killed, and what each left in its folder."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import sqlite3
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from autograder.exercise import Course

# In turn; each file has a line of its own, so that no two are the same.
DOUBLES = [
    "def double(x):\n    return 2 * x\n",
    "def double(x):\n    return x + x\n",
    "def double(x):\n    return x / 2\n",
    "print('here')\n\ndef double(x):\n    return 2 * x.detach()\n",
    "def double(x) return x\n",
    "import os\n\ndef double(x):\n    if x.requires_grad: os._exit(1)\n    return 2 * x\n",
]
QUADRUPLE = "from double import double\n\ndef quadruple(x):\n    return double(double(x))\n"
EVERY = 5  # who hands in the second exercise
PAGE = "index.html"
IGNORED = ("-wal", "-shm", ".lock")
SECONDS = 60.0  # for the processes of a killed run to find out


class Runs:
    """A class of `count` students, graded into one folder or another."""

    def __init__(self, folder: Path, course: Course, count: int) -> None:
        self.folder, self.course, self.submissions = folder, course, folder / "submissions"
        for number in range(count):
            student = self.submissions / f"student_{number:04}"
            student.mkdir(parents=True)
            (student / "double.py").write_text(f"{DOUBLES[number % len(DOUBLES)]}# {number}\n", encoding="utf-8")
            if number % EVERY == 0:
                (student / "quadruple.py").write_text(f"{QUADRUPLE}# {number}\n", encoding="utf-8")

    def start(self, name: str) -> int:
        """Grade into a folder of this name in a process of its own, which leads a group; its pid."""
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                os.setsid()
                log = os.open(self._log(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
                os.dup2(log, 1)
                os.dup2(log, 2)
                sys.stdout, sys.stderr = (open(fd, "w", 1, "utf-8", closefd=False) for fd in (1, 2))  # noqa: SIM115
                code = self._grade(name)
            finally:
                os._exit(code)
        return pid

    def _grade(self, name: str) -> int:
        from autograder import cli

        where = ["--course", str(self.course.root), "--out", str(self.folder / name)]
        return cli.main(["grade", str(self.submissions), *where, "--jobs", "2", "--require-isolation", "process"])

    def _log(self, name: str) -> Path:
        return self.folder / f"{name.replace('/', '-')}.log"

    def said(self, name: str) -> str:
        """What the runs into this folder have said."""
        return self._log(name).read_text(encoding="utf-8")

    def finish(self, name: str) -> dict[str, Any]:
        """Grade to the end; what is in the folder then."""
        code = os.waitstatus_to_exitcode(os.waitpid(self.start(name), 0)[1])
        assert code == 0, self.said(name)
        return self.content(name)

    def kill(self, name: str, seconds: float, *, all_at_once: bool) -> bool:
        """Grade, and kill after so many seconds the group, or all that descends from it, as a power cut does.

        Whether there was still something to kill. None of the others may outlive their command for long.
        """
        pid = self.start(name)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and _runs(pid):
            time.sleep(min(left, 0.005))
        running, others = _runs(pid), _descendants(pid)
        for each in others if all_at_once else ():
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        end = time.monotonic() + SECONDS
        while any(map(_runs, others)):
            assert time.monotonic() < end, "a process of a killed run goes on"
            time.sleep(0.01)
        return running

    def content(self, name: str) -> dict[str, Any]:
        """What each file of a folder says, but for times; a database by its rows."""
        out = self.folder / name
        paths = sorted(path for path in out.rglob("*") if path.is_file() and not path.name.endswith(IGNORED))
        found = {str(path.relative_to(out)): _said(path) for path in paths}
        found[PAGE] = found[PAGE].replace(str(out), "OUT")
        return found


@pytest.fixture
def make_runs(toy_course: Course, tmp_path: Path) -> Callable[[int], Runs]:
    return lambda count: Runs(tmp_path, toy_course, count)


def _descendants(pid: int) -> list[int]:
    try:
        children = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [member for child in children for member in (child, *_descendants(child))]


def _runs(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _said(path: Path) -> Any:
    if path.suffix == ".json":
        return _timeless(json.loads(path.read_text(encoding="utf-8")))
    if path.suffix in (".db", ".sqlite"):
        return _rows(path)
    return _page(path.read_text(encoding="utf-8")) if path.suffix == ".html" else path.read_bytes()


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(each) for key, each in value.items() if key != "seconds"}
    return [_timeless(each) for each in value] if isinstance(value, list) else value


def _page(text: str) -> str:
    """A page with its folded part unfolded, without the times that things took."""
    folded = re.compile(r"(?<=<template data-folded>)[^<]*")
    text = folded.sub(lambda found: zlib.decompress(base64.b64decode(found[0])).decode("utf-8"), text)
    return re.sub(r'data-v="[\d.]+"|\b[\d.]+ (s|min|h)\b', "", text)


def _rows(path: Path) -> dict[str, list[str]]:
    """The rows of each table, without the ids that nbgrader draws and without times."""
    found = {}
    with closing(sqlite3.connect(path)) as connection:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'run'"  # it has times of files
        for (table,) in connection.execute(tables).fetchall():
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            kept = [each for each in columns if each != "id" and not each.endswith(("_id", "timestamp"))]
            rows = connection.execute(f"SELECT {', '.join(kept) or '1'} FROM {table}")
            found[table] = sorted(repr([_cell(cell) for cell in row]) for row in rows)
    return found


def _cell(cell: Any) -> Any:
    """A result without the time that it took."""
    return _timeless(json.loads(cell)) if isinstance(cell, str) and cell.startswith("{") else cell
