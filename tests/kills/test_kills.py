"""A run that is killed at any moment: the next one finishes the work, and the files are those of an undisturbed run.

Three kills of a small class; `make kill-test` kills a hundred runs of a class of 200, and fills the disk.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from autograder import grade
from autograder.results import Isolation
from autograder.sandbox import warm as warm_module
from autograder.sandbox.isolation import level_of
from autograder.sandbox.warm import WarmProcess


def test_what_is_killed_goes_on(
    make_runs: Callable[[int], Any], warm: WarmProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm.ready()  # here, once: what it says is for whoever asks first
    measured = Isolation(level_of(warm.layers), tuple(sorted(warm.layers)))
    monkeypatch.setattr(warm_module, "WarmProcess", lambda: nullcontext(warm))  # it and the attacks: once for all runs
    monkeypatch.setattr(grade, "require", lambda *_, **__: measured)
    runs, draw = make_runs(10), random.Random(0)
    started = time.monotonic()
    whole = runs.finish("whole")
    seconds = time.monotonic() - started
    for number in range(3):  # in the first, the second and the last third of the run
        while not runs.kill(f"{number}", seconds * (number + draw.random()) / 3, all_at_once=number == 1):
            seconds *= 0.9  # too late: the machine has become faster
        assert runs.finish(f"{number}") == whole
