"""What people see in a terminal: a progress bar and tables there, plain greppable lines in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.segment import Segments
from rich.table import Table
from rich.text import Text

from autograder.language import N_, _
from autograder.matrices import side_by_side
from autograder.pictures import Picture
from autograder.results import ExerciseResult, Isolation, Record

# In a pipe a line is as long as it must be.
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 1000)
err = Console(stderr=True, highlight=False, soft_wrap=True)

STATUSES = {
    "graded": N_("graded"), "missing": N_("missing"), "rejected": N_("rejected"), "ungraded": N_("ungraded"),
    "timeout": N_("timeout"), "crashed": N_("crashed"), "skipped": N_("skipped"),
}  # fmt: skip
_MARKS = {"passed": "ok", "blocked": "--", "skipped": "--"}
_COLOURS = {"passed": "green", "blocked": "dim", "skipped": "dim"}

GAP = "  "  # between two columns; rich counts one for each
MAX_RANKED = 10
MAX_PRINTED = 40  # lines of a student's output

Advance = Callable[[str, ExerciseResult], None]


def say_isolation(isolation: Isolation, what: str = "") -> None:
    """One line on how student code is confined, and one per layer that is missing."""
    layers = ", ".join(isolation.layers) or _("a process of its own")
    err.print(f"{what or _('isolation')}: {isolation.level} ({layers})")
    for layer, reason in sorted(isolation.missing.items()):
        err.print(_("  without {layer}: {reason}").format(layer=layer, reason=escape(reason)))


class _Rate(ProgressColumn):
    """How many steps a second, or a minute if they are slow."""

    def render(self, task: Task) -> Text:
        if not task.speed:
            return Text("")
        if task.speed >= 1:
            return Text(_("{count:.1f}/s").format(count=task.speed))
        return Text(_("{count:.1f}/min").format(count=60 * task.speed))


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """Yields a function to call with a word on each step of long work: a bar on a terminal, a line each otherwise."""
    if not err.is_terminal:
        yield lambda word: print(word, file=sys.stderr, flush=True)
        return
    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[who]}"),
    )
    # Without a thread: the engine forks, and a fork does not go with threads.
    with Progress(*columns, console=err, auto_refresh=False) as bar:
        task = bar.add_task(what, total=total, who="")

        def advance(word: str) -> None:
            bar.update(task, advance=1, who=escape(word))
            bar.refresh()

        yield advance


@contextmanager
def progress(total: int) -> Iterator[Advance]:
    """Yields a function to call with each result: a bar on a terminal, a line each otherwise."""
    if not err.is_terminal:
        yield lambda student, result: print(f"{student} {result.id}: {_in_a_word(result)}", file=sys.stderr, flush=True)
        return
    with counting(_("grading"), total) as advance:
        yield lambda student, result: advance(student)


def show_record(record: Record) -> None:
    """The table of a class, one line per student, coloured on a terminal."""
    some_are_late = any(each.penalty for each in record.submissions)
    names = [_("student"), _("total"), *([_("late")] if some_are_late else [])]
    rows = []
    for each in record.submissions:
        total = Text("?" if each.is_held else f"{each.score:g}", "bold").append(f"/{each.points:g}", "not bold")
        late = [Text(f"-{each.penalty:g}" if each.penalty else "", "red")] if some_are_late else []
        rows.append([Text(each.student), total, *late, *map(_cell, each.exercises)])
    headed = [*names, *(id for id, *_points in record.exercises)]
    widths = _widths(headed, rows, len(names))
    table = Table(box=None, header_style="bold", pad_edge=False)
    for at, name in enumerate(headed):
        justify: Literal["left", "right"] = "right" if at else "left"
        table.add_column(name, justify=justify, no_wrap=at < len(names), overflow="fold", width=widths[at])
    for row in rows:
        table.add_row(*row)
    needed = sum(widths.values()) + len(GAP) * len(headed)
    rendered = out.render(table, out.options.update(width=max(out.width, needed)))  # `print` would not go beyond
    out.print(Segments(rendered), soft_wrap=False, crop=False, end="")


def _widths(headed: Sequence[str], rows: Sequence[Sequence[Text]], fixed: int) -> dict[int, int]:
    """How wide each column is; all but the first `fixed`, the longest first, are folded where the terminal is narrow.

    To find widths itself, rich looks at every cell of a large class five times.
    """
    widest = [max((cell_len(row[at].plain) for row in rows), default=0) for at in range(len(headed))]
    widths = {at: max(cell_len(headed[at]), widest[at]) for at in range(fixed)}
    left = out.width - sum(widths.values()) - len(GAP) * len(headed)
    least = max(cell_len(_(word)) for word in STATUSES)
    wanted = sorted(range(fixed, len(headed)), key=lambda at: cell_len(headed[at]))
    for done, at in enumerate(wanted):
        widths[at] = max(least, widest[at], min(cell_len(headed[at]), left // (len(wanted) - done)))
        left -= widths[at]
    return widths


def show_misconceptions(record: Record) -> None:
    """The wrong ideas behind the lost marks, the most frequent first, each student counted once."""
    students: dict[str, set[str]] = {}
    for each in record.submissions:
        for check in (check for result in each.exercises for check in result.checks):
            if check.misconception:
                students.setdefault(check.misconception, set()).add(each.student)
    if students:
        ranked = sorted(students.items(), key=lambda item: (-len(item[1]), item[0]))
        print(_("misconceptions:"), ", ".join(f"{id} ({len(who)})" for id, who in ranked[:MAX_RANKED]))


def show_ungraded(record: Record) -> bool:
    """Name what the machinery could not grade; whether there is any."""
    failed = [
        (each.student, result) for each in record.submissions for result in each.exercises if result.score is None
    ]
    for student, result in failed:
        line = _("not graded: {student} {exercise}: {reason}")
        print(line.format(student=student, exercise=result.id, reason=result.message), file=sys.stderr)
    return bool(failed)


def _cell(result: ExerciseResult) -> Text:
    if result.status != "graded" and result.manual_score is None:
        return Text(_(STATUSES[result.status]), "red" if result.status == "ungraded" else "yellow")
    assert result.score is not None
    colour = "green" if result.score == result.points else "red" if result.score == 0 else "default"
    return Text(f"{result.score:g}", colour)


def _in_a_word(result: ExerciseResult) -> str:
    return f"{result.score:g}/{result.points:g}" if result.status == "graded" else _(STATUSES[result.status])


def show_checks(
    title: str, result: ExerciseResult, printed: str, pictures: Sequence[Picture] = (), to: Console = out
) -> None:
    """The checks of one exercise for its author: what is wrong, where, a hint; on a terminal small matrices, too."""
    checks = result.checks
    if result.status != "graded":
        to.print(f"[bold]{escape(title)}[/bold]: {_(STATUSES[result.status])}: {escape(result.message)}")
        return
    lost = sum(check.status != "passed" for check in checks)
    tally = _("{passed} of {count} checks passed").format(passed=len(checks) - lost, count=len(checks))
    to.print(f"[bold]{escape(title)}[/bold]: {tally}")
    for check in checks:
        mark, colour = _MARKS.get(check.status, "no"), _COLOURS.get(check.status, "red")
        to.print(f"  [{colour}]{mark}[/] {escape(check.title)}")
        if check.message:
            label = f"{_(STATUSES[check.status])}: " if check.status in STATUSES else ""
            to.print(f"     [{colour}]{escape(label + check.message)}[/]")
        if check.hint:
            to.print(_("     hint: {hint}").format(hint=escape(check.hint)))
        if to.is_terminal:
            for matrices in side_by_side(pictures, check.id.partition("/")[2]):
                to.print(matrices, soft_wrap=False)
    if printed.strip():
        to.print(_("  what your code printed:"))
        for line, again in _folded(printed.splitlines())[:MAX_PRINTED]:
            times = _(" ({count} times)").format(count=again) if again > 1 else ""
            to.print(f"     [dim]{escape(harmless(line))}{times}[/]")


def say_waiting(folder: Path) -> None:
    """One line between two runs of `check --watch`."""
    line = _("{time} waiting for changes in {folder}; Ctrl-C ends it")
    err.print(line.format(time=time.strftime("%H:%M:%S"), folder=folder), style="dim", markup=False)


def _folded(lines: list[str]) -> list[tuple[str, int]]:
    """Lines, each with how often it stands in a row: a print in a function comes once per call."""
    return [(line, len(list(same))) for line, same in groupby(lines)]


def harmless(text: str) -> str:
    """Without control characters but for line ends and tabs: a terminal would obey them."""
    return "".join(char if char.isprintable() or char in "\t\n" else "?" for char in text)
