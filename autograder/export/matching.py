"""Whose row is whose: by what a sheet and a submission's names have in common to the letter, never by likeness."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import FileError

STUDENT = "student"


@dataclass(frozen=True)
class Matches:
    """`rows` maps rows to students. The others are named: rows of nobody, students without a row, doubtful ones."""

    rows: Mapping[int, str]
    unmatched_rows: tuple[int, ...]
    unmatched_students: tuple[str, ...]
    ambiguous_rows: Mapping[int, tuple[str, ...]]


def match(rows: Mapping[int, Iterable[str]], names: Mapping[str, Iterable[str]]) -> Matches:
    """Match rows, given with what identifies them, with students, given with every name that they go by.

    A row that means several students, and a student whom several rows mean, are left out.
    """
    known: dict[str, set[str]] = defaultdict(set)
    for student, own in names.items():
        for name in own:
            known[_key(name)].add(student)
    known.pop("", None)
    meant = {row: set().union(*(known.get(_key(cell), set()) for cell in cells)) for row, cells in rows.items()}
    times: dict[str, list[int]] = defaultdict(list)
    for row, students in meant.items():
        for student in students:
            times[student].append(row)
    doubtful = {
        row: tuple(sorted(students))
        for row, students in meant.items()
        if len(students) > 1 or any(len(times[student]) > 1 for student in students)
    }
    return Matches(
        {row: next(iter(students)) for row, students in meant.items() if students and row not in doubtful},
        tuple(row for row, students in meant.items() if not students),
        tuple(student for student in names if student not in times),
        doubtful,
    )


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def names_of(students: Iterable[str], downloaded: re.Pattern[str], people: Path | None) -> dict[str, set[str]]:
    """What each student goes by: the id; in a name that a system gave to a download, the number that `downloaded`
    finds; and what `people` says, a CSV file with a column `student` and any others."""
    names = {student: {student} for student in students}
    for student, own in names.items():
        if found := downloaded.search(student):
            own.add(found.group(1))
    if people is not None:
        for row in _people(people):
            if (student := (row.pop(STUDENT) or "").strip()) in names:
                names[student].update(value for value in row.values() if isinstance(value, str))
    return names


def _people(path: Path) -> list[dict[str, str | None]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError(path, None, "file-unreadable", reason=error.strerror) from None
    except UnicodeDecodeError as error:
        raise FileError(path, None, "not-utf8", reason=error.reason, position=error.start) from None
    header = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    if STUDENT not in (reader.fieldnames or ()):
        raise FileError(path, 1, "columns-missing", columns=STUDENT)
    return list(reader)
