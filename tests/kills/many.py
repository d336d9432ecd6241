"""A hundred kills of a class of 200, and a disk that is full in mid-run: `make kill-test`, and no part of `make test`.

Each run starts a warm process of its own and tries every attack, and each kill comes at a moment of its own: one in
each hundredth of what an undisturbed run takes, drawn from a seed, in an order that is drawn, too.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

COUNT, KILLS, SEED = int(os.environ.get("STUDENTS", "200")), int(os.environ.get("KILLS", "100")), 0
SHARES = (0.05, 0.2, 0.4, 0.6, 0.8)  # of the room that the files need


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)  # before anything is forked


def test_what_is_killed_goes_on(make_runs: Callable[[int], Any]) -> None:
    runs, draw = make_runs(COUNT), random.Random(SEED)
    started = time.monotonic()
    whole = runs.finish("whole")
    seconds = time.monotonic() - started
    moments = [(number + draw.random()) / KILLS for number in range(KILLS)]
    draw.shuffle(moments)
    states: Counter[str] = Counter()
    for number, moment in enumerate(moments):
        while not runs.kill(f"{number}", seconds * moment, all_at_once=number % 2 == 0):
            shutil.rmtree(runs.folder / f"{number}")
            seconds *= 0.95  # too late: the machine has become faster
        state = _state(runs.folder / f"{number}")
        states[state] += 1
        print(f"kill {number} of {KILLS} after {seconds * moment:.1f} s of {seconds:.1f}: {state}", flush=True)
        found = runs.finish(f"{number}")
        assert found.keys() == whole.keys()
        assert [name for name in found if found[name] != whole[name]] == []
        shutil.rmtree(runs.folder / f"{number}")
    for state, count in states.items():
        print(f"{count:4} {state}")


def _state(out: Path) -> str:
    """How far a killed run had come."""
    if (out / "index.html").exists():
        return "all pages written"
    if (out / "results.json").exists():
        return "results.json written, pages not all"
    return "grading" if (out / "results.sqlite").exists() else "nothing kept yet"


def test_a_full_disk_is_said_and_costs_nothing(make_runs: Callable[[int], Any]) -> None:
    """The disk has room for a part of the files; once it has more, the same command finishes."""
    runs = make_runs(COUNT // 4)
    whole = runs.finish("whole")
    needed = sum(path.stat().st_blocks * 512 for path in (runs.folder / "whole").rglob("*"))
    for share in SHARES:
        disk = runs.folder / f"{share}"
        disk.mkdir()
        size = int(share * needed)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], check=True)
        try:
            code = os.waitstatus_to_exitcode(os.waitpid(runs.start(f"{share}/out"), 0)[1])
            said = runs.said(f"{share}/out")
            print(f"{size >> 10} KiB: {_state(disk / 'out')}, exit code {code}: {said.splitlines()[-1]}", flush=True)
            assert code == 3
            assert "Traceback" not in said
            for file in (disk / "out").glob("*.json"):
                json.loads(file.read_text(encoding="utf-8"))
            subprocess.run(["mount", "-o", "remount,size=256m", str(disk)], check=True)
            assert runs.finish(f"{share}/out") == whole
        finally:
            subprocess.run(["umount", str(disk)], check=True)
