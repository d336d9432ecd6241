"""In a Jupyter notebook: `from autograder.notebook import check`, and `check("...")` with an exercise's name.

It runs the public checks on what the cells that have been run define, read as the notebook will be when it is
handed in, in a worker as `autograde check` does. Nothing of the kernel's own state is used, or changed.
"""

from __future__ import annotations

import atexit
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from rich.console import Console

from autograder import language, terminal
from autograder.errors import UsageError
from autograder.language import _
from autograder.own_work import notebook_work
from autograder.report.feedback import own_card
from autograder.report.pages import inline
from autograder.sandbox.warm import WarmProcess
from autograder.selfcheck import Finding, SelfCheck

PLUGINS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"

_running: SelfCheck | None = None  # as long as the kernel lives: the second check takes a fraction of a second


@dataclass(frozen=True)
class Checked:
    """What the public checks found: a card in a notebook, lines of text elsewhere."""

    finding: Finding
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.finding.lost

    def _repr_html_(self) -> str:
        found = self.finding
        card = own_card(found.result, found.exercise.say(found.exercise.title), found.pictures)
        lines = terminal.harmless(found.printed).splitlines()
        return inline(card, lines[: terminal.MAX_PRINTED], self._notes())

    def __repr__(self) -> str:
        found, text = self.finding, io.StringIO()
        plain = Console(
            file=text, force_jupyter=False, force_terminal=False, soft_wrap=True, highlight=False, width=1000
        )
        terminal.show_checks(found.exercise.say(found.exercise.title), found.result, found.printed, to=plain)
        return "\n".join([text.getvalue().rstrip("\n"), *self._notes()])

    def _notes(self) -> list[str]:
        return [_("note: {note}").format(note=note) for note in self.notes]


def check(exercise: str) -> Checked:
    """Run the public checks of an exercise on what this notebook defines.

    Raises `UsageError` outside a notebook, and where there is no such exercise, or nothing defined for it.
    """
    global _running
    cells = _cells()
    language.use(language.of_locale())
    own = notebook_work(cells, Path.cwd(), exercise)
    if _running is None:
        warm = WarmProcess()
        atexit.register(warm.close)
        _running = SelfCheck(warm)
    with _kernel_as_it_was():
        (finding,) = _running.findings(own)
    if finding.result.status == "ungraded":
        _running = None  # the next check begins afresh
    checks = finding.result.checks
    is_usable = bool(checks) and checks[0].status == "passed"  # then nothing that was left out is missed
    return Checked(finding, () if is_usable else own.submission.notes)


def _cells() -> list[str]:
    """The code of the cells that have been run, in order: cell n is the one that Jupyter calls [n]."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        shell = None
    else:
        shell = get_ipython()
    history = getattr(shell, "history_manager", None)
    if history is None:
        raise UsageError("no-notebook")
    return [str(cell) for cell in islice(history.input_hist_raw, 1, None)]


@contextmanager
def _kernel_as_it_was() -> Iterator[None]:
    """What the checks draw and set is not the student's: random numbers go on where they were."""
    before = os.environ.get(PLUGINS)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        os.environ.pop(PLUGINS, None)
        if before is not None:
            os.environ[PLUGINS] = before
