"""A CSV file that keeps every byte but those of the cells that are set.

Python's csv module forgets which cells were quoted, how lines end and whether there was a byte order mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import FileError

_BOM = "\ufeff"
_DELIMITERS = ",;\t"
_NUMBER = re.compile(r"\d+(\.\d+)?")
_COMMA, _POINT = re.compile(r"-?\d+,\d+"), re.compile(r"-?\d+\.\d+")


@dataclass
class Sheet:
    """Rows of cells as they stand in the file, quotes and all; `ends` are the ends of their lines."""

    path: Path
    bom: str
    delimiter: str
    rows: list[list[str]]
    ends: list[str]

    def __getitem__(self, place: tuple[int, int]) -> str:
        """What a cell says; nothing if the row is too short."""
        row, column = place
        raw = self.rows[row][column] if column < len(self.rows[row]) else ""
        return raw[1:-1].replace('""', '"') if _is_quoted(raw) else raw

    def cells(self, row: int) -> list[str]:
        return [self[row, column] for column in range(len(self.rows[row]))]

    def set(self, row: int, column: int, number: float) -> None:
        """Write a number as the sheet writes its numbers."""
        text = f"{number:.2f}".rstrip("0").rstrip(".")
        if self.has_decimal_comma:
            text = text.replace(".", ",")
        cells = self.rows[row]
        cells += [""] * (column + 1 - len(cells))
        cells[column] = f'"{text}"' if _is_quoted(cells[column]) or self.delimiter in text else text

    @property
    def has_decimal_comma(self) -> bool:
        """Judged by the numbers that are there; where there are none, by what separates cells."""
        cells = [cell for row in range(len(self.rows)) for cell in self.cells(row)]
        if any(_POINT.fullmatch(cell) for cell in cells):
            return False
        return self.delimiter == ";" or any(_COMMA.fullmatch(cell) for cell in cells)

    def text(self) -> str:
        lines = (self.delimiter.join(row) + end for row, end in zip(self.rows, self.ends, strict=True))
        return self.bom + "".join(lines)


def read_sheet(path: Path) -> Sheet:
    """Read a sheet. Raises `FileError` if it is not there or no CSV in UTF-8."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise FileError(path, None, "file-unreadable", reason=error.strerror) from None
    except UnicodeDecodeError as error:
        raise FileError(path, None, "not-utf8", reason=error.reason, position=error.start) from None
    bom = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    best = max((_split(text, delimiter) for delimiter in _DELIMITERS), key=lambda found: len(found[0][0]))
    rows, ends, delimiter = best
    if len(rows) < 2 or len(rows[0]) < 2:
        raise FileError(path, None, "sheet-no-table")
    return Sheet(path, bom, delimiter, rows, ends)


def number(text: str) -> float | None:
    """The number in a cell, with a decimal point or comma; None if there is none."""
    text = text.strip().replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def _is_quoted(raw: str) -> bool:
    return len(raw) > 1 and raw[0] == raw[-1] == '"'


def _split(text: str, delimiter: str) -> tuple[list[list[str]], list[str], str]:
    """The raw cells of each row, and the end of its line. A quote opens a quoted cell only at the cell's start."""
    cell = re.compile(rf'(?:"(?:[^"]|"")*"|[^{delimiter}\r\n]*)(?=[{delimiter}\r\n]|\Z)|[^{delimiter}\r\n]*')
    rows: list[list[str]] = [[]]
    ends: list[str] = []
    place = 0
    while True:
        match = cell.match(text, place)
        assert match is not None
        rows[-1].append(match.group())
        place = match.end()
        if place == len(text):
            break
        if text[place] == delimiter:
            place += 1
            continue
        ends.append("\r\n" if text.startswith("\r\n", place) else text[place])
        place += len(ends[-1])
        if place == len(text):
            return rows, ends, delimiter
        rows.append([])
    ends.append("")
    return rows, ends, delimiter
