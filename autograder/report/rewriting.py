"""`autograde report`: everything that can be made again from results.json and from what instructors gave since."""

from __future__ import annotations

from pathlib import Path

from autograder.gradebook import GradebookProcess, apply_overrides
from autograder.report.pages import write_pages
from autograder.report.reading import read_record
from autograder.report.sources import write
from autograder.results import grades_csv, write_record


def rewrite(out: Path, course: Path | None, gradebook: GradebookProcess) -> tuple[Path, str]:
    """Bring results.json, grades.csv, the pages and the gradebook in `out` into step with the gradebook.

    Returns the dashboard's path, and why the gradebook could not be written, or nothing.
    """
    stored = read_record(out)
    record = apply_overrides(stored, out)
    if record != stored:
        write_record(record, out)
    else:
        write(out / "grades.csv", grades_csv(record))
    return write_pages(record, out, course), gradebook.write(record)
