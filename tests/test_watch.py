"""`check --watch`: every save is checked again, what has not changed is not, and the last run decides the exit code."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 120.0

POOL = """
import torch

def pool2d(X, pool_size, mode="max"):
    if mode not in ("max", "avg"):
        raise ValueError(mode)
    W = X.unfold(0, pool_size[0], 1).unfold(1, pool_size[1], 1)
    return W.amax((2, 3)) if mode == "max" else W.mean((2, 3))
"""


class Watching:
    """A running `check --watch`; `run()` waits for its next run to end, and is what it said."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-m", "autograder", "check", "--lang", "en", "--watch", str(path)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self.guard = threading.Timer(SECONDS, self.process.kill)
        self.guard.start()

    def run(self) -> str:
        assert self.process.stdout is not None
        said = ""
        while "waiting for changes in" not in said:
            line = self.process.stdout.readline()
            assert line, f"it ended by itself: {said}"
            said += line
        return said

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        rest, _nothing = self.process.communicate()
        assert rest == ""
        return self.process.returncode


@pytest.fixture
def watch() -> Iterator[Callable[[Path], Watching]]:
    started: list[Watching] = []

    def start(path: Path) -> Watching:
        started.append(Watching(path))
        return started[-1]

    yield start
    for each in started:
        each.guard.cancel()
        each.process.kill()
        each.process.wait()
        if each.process.stdout is not None:
            each.process.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for id in ("pool2d", "network_design"):
        shutil.copytree(ROOT / "exercises" / id, tmp_path / "exercises" / id)
    return tmp_path / "exercises"


def test_a_save_is_checked_again_and_the_last_run_decides(folder, watch):
    file = folder / "network_design/network_design.py"
    file.write_text("def receptive_field(layers):\n    return 0\n")
    watching = watch(file)
    assert "`receptive_field([(3, 1)])`" not in (first := watching.run())
    assert "for [(3, 1), (3, 1)] the result is 0, not 5" in first

    file.write_text("import (\n")
    assert "SyntaxError at network_design.py, line 1" in watching.run()

    draft = file.with_name("draft")  # as editors save
    shutil.copy(ROOT / "reference/network_design/solution.py", draft)
    draft.replace(file)
    said = watching.run()
    assert "7 of 7 checks passed" in said
    assert watching.end() == 0


def test_what_has_not_changed_is_not_run_again(folder, watch):
    (folder / "pool2d/pool2d.py").write_text(POOL)
    watching = watch(folder)
    first = watching.run()
    assert "`pool2d` is defined" in first
    assert "`receptive_field`, `conv_params` and `stack_depth` return ints." in first

    (folder / "pool2d/pool2d.py").write_text(POOL.replace("amax", "amin"))
    again = watching.run()
    assert "`pool2d` is defined" in again
    assert "receptive_field" not in again
    assert watching.end() == 1


def test_a_file_that_goes_away_may_come_back(folder, watch):
    file = folder / "pool2d/pool2d.py"
    watching = watch(file)
    watching.run()

    text = file.read_text()
    file.unlink()
    assert "there is no" in watching.run()
    file.write_text(text + "\n# back\n")
    assert "checks passed" in watching.run()
    assert watching.end() == 1
