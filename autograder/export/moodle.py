"""A grading worksheet that Moodle gave out (View all submissions, Download grading worksheet), with our grades.

Its titles are in the language of the teacher. What stands left of the grade identifies a person: the participant's
number, the name, and what the site's administrator chose (ID number, login, e-mail).
"""

from __future__ import annotations

import re
from pathlib import Path

from autograder.errors import FileError
from autograder.export.filling import Column, Filled, fill
from autograder.export.matching import names_of
from autograder.export.sheet import Sheet, number
from autograder.results import Record

_GRADE, _MOST = "Grade", "Maximum Grade"
# What Moodle calls the folders of a download: `Ada Lovelace_1234567_assignsubmission_file`.
_DOWNLOADED = re.compile(r"_(\d+)_assignsubmission_")
_PARTICIPANT = re.compile(r"\D*?(\d+)")


def fill_moodle(sheet: Sheet, record: Record, column: str | None, people: Path | None) -> Filled:
    """Fill the worksheet in. Raises `FileError` if it is none, or if no row is ours."""
    header = [cell.strip() for cell in sheet.cells(0)]
    title = column or _GRADE
    if header.count(title) != 1 or header.index(title) < 2:
        titles = ", ".join(f"`{each}`" for each in header[2:])
        raise FileError(sheet.path, 1, "sheet-no-column", title=title, titles=titles)
    grade = Column(header.index(title), title, None)
    if _MOST in header:
        maxima = [number(sheet[row, header.index(_MOST)]) for row in range(1, len(sheet.rows))]
        grade.most = next(filter(None, maxima), None)
    identities = {}
    for row in range(1, len(sheet.rows)):
        cells = [sheet[row, place] for place in range(grade.number)]
        if any(cells):
            participant = _PARTICIPANT.fullmatch(cells[0].strip())
            identities[row] = [*cells, participant.group(1)] if participant else cells
    names = names_of((each.student for each in record.submissions), _DOWNLOADED, people)
    return fill(sheet, record, [grade], identities, names)
