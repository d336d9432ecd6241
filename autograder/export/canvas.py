"""A gradebook that Canvas exported (Grades, Export), with our grades in it, for Canvas to import.

Row 1 is the header: `Student`, `ID`, more that identifies, `Section`, then the columns. A row that says
`Points Possible` follows, perhaps after one that says how grades are posted.
"""

from __future__ import annotations

import re
from pathlib import Path

from autograder.errors import FileError
from autograder.export.filling import Filled, columns_named, fill
from autograder.export.matching import names_of
from autograder.export.sheet import Sheet, number
from autograder.results import Record

_IDENTITIES = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID")
# What Canvas calls the files of a download: `adalovelace_LATE_12345_67890_work.zip`; the first number is the ID.
_DOWNLOADED = re.compile(r"^[^\W\d_]+_(?:LATE_)?(\d+)_\d+_")
_NUMBERED = re.compile(r"(.*) \(\d+\)")
_COMPUTED = ("Current Score", "Final Score", "Current Grade", "Final Grade", "Current Points", "Final Points",
             "Unposted", "Override")  # fmt: skip
_EXCUSED = ("EX",)


def fill_canvas(sheet: Sheet, record: Record, column: str | None, people: Path | None) -> Filled:
    """Fill the gradebook in. Raises `FileError` if it is none, or if no column or no row is ours."""
    header = [cell.strip() for cell in sheet.cells(0)]
    if "Student" not in header[0] or "ID" not in header[1] or "Section" not in header:
        raise FileError(sheet.path, 1, "sheet-not-canvas")
    first = header.index("Section") + 1
    titles = {
        place: (_NUMBERED.fullmatch(title) or [title, title])[1]
        for place, title in enumerate(header)
        if place >= first and not any(word in title for word in _COMPUTED)
    }
    columns = columns_named(sheet, record, titles, column)
    above = next((row for row in range(1, len(sheet.rows)) if "Points Possible" in sheet[row, 0]), 0)
    for each in columns:
        most = sheet[above, each.number] if above else ""
        if "read only" in most.lower():
            raise FileError(sheet.path, None, "sheet-read-only", title=each.title)
        each.most = number(most)
    places = [place for place, title in enumerate(header[:first]) if title in _IDENTITIES]
    rows = range(above + 1, len(sheet.rows))
    identities = {row: [sheet[row, place] for place in places] for row in rows if sheet[row, 0].strip()}
    names = names_of((each.student for each in record.submissions), _DOWNLOADED, people)
    return fill(sheet, record, columns, identities, names, kept=_EXCUSED)
