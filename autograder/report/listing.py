"""A student's own source as a page shows it: numbered, bounded, the lines that messages name marked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.report.text import clip, size
from autograder.submission import Source

MAX_LINE = 300
_HEADING = re.compile(r"# Cell \d+")  # what a notebook's module has before each cell
_OVERHEAD = 40  # bytes of markup per line


@dataclass(frozen=True)
class Line:
    """One line; `skipped` is how many before it are left out, `label` how the student counts it."""

    number: int
    label: str
    text: str
    marked: bool = False
    skipped: int = 0
    cell: int | None = None  # set on the first line of a notebook's cell


@dataclass(frozen=True)
class Listing:
    name: str
    lines: tuple[Line, ...]
    marked: tuple[int, ...]
    rest: int  # lines left out after the last one


def named_line(source: Source, message: str) -> int | None:
    """The line of `source` that a message names, in any language: `at work.py, line 3`, `在 work.py 第 3 行`."""
    name = re.escape(source.name)
    found = re.search(rf" at {name}(?:, cell (\d{{1,6}}))?, line (\d{{1,7}})\b", message)
    found = found or re.search(rf"，在 {name} 第 (?:(\d{{1,6}}) 个单元格第 )?(\d{{1,7}}) 行", message)
    if found is None:
        return None
    cell, line = found.groups()
    if cell is None:
        return int(line) if not source.cells and 1 <= int(line) <= source.text.count("\n") + 1 else None
    place = int(cell), int(line)
    return source.cells.index(place) + 1 if place in source.cells else None


def listing(source: Source, marked: Iterable[int], room: int) -> Listing:
    """The source in at most about `room` bytes: the lines around those that are marked, or the first ones."""
    texts = [clip(line, MAX_LINE) for line in source.text.removesuffix("\n").split("\n")]
    marks = sorted({number for number in marked if number <= len(texts)})
    shown = _chosen(texts, marks, room)
    lines = []
    before = 0
    last = None
    for number in shown:
        cell, label = None, str(number)
        if number <= len(source.cells):
            here, in_cell = source.cells[number - 1]
            label = str(in_cell)
            if _HEADING.fullmatch(texts[number - 1]) and source.cells[number : number + 1] == ((here, in_cell),):
                before += number == before + 1  # ours, not the student's; the cell's number says it
                continue
            cell = here if here != last else None
            last = here
        lines.append(Line(number, label, texts[number - 1], number in marks, number - 1 - before, cell))
        before = number
    return Listing(source.name, tuple(lines), tuple(marks), len(texts) - before)


def _chosen(texts: list[str], marks: list[int], room: int) -> list[int]:
    """The numbers of the lines that fit, nearest to a marked one first."""
    numbers: Iterable[int] = range(1, len(texts) + 1)
    if marks and sum(map(len, texts)) + _OVERHEAD * len(texts) > room // 2:
        numbers = sorted(numbers, key=lambda number: min(abs(number - mark) for mark in marks))
    chosen = []
    for number in numbers:
        room -= size(texts[number - 1]) + _OVERHEAD
        if room < 0:
            break
        chosen.append(number)
    return sorted(chosen)
