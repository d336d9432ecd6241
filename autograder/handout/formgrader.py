"""The notebooks that nbgrader's formgrader opens, with the boxes in which instructors give scores and comments.

They are made of what was graded, and not of what was handed in: every cell that the gradebook knows is in
them, whatever a student did to the notebook, files that were no notebooks have one as well, and no output
or text of a student's can run in an instructor's browser.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.handout.cells import Cell, Role, source_version, written
from autograder.handout.layout import notebook_templates
from autograder.report.sources import FOLDER, load_sources, write
from autograder.results import ExerciseResult, Record
from autograder.submission import Source, folder_names

AUTOGRADED = "autograded"


def write_graded(out: Path, record: Record) -> None:
    """Write `autograded/<student>/<course>/<exercise>.ipynb` in `out` for everything that was graded."""
    found = notebook_templates().get_template("found.py.j2")

    def cells(result: ExerciseResult, source: Source) -> Iterator[Cell]:
        yield Cell(f"{result.id}-solution", Role.SOLUTION, "code", source.text.rstrip("\n"))
        for check in result.checks:
            yield Cell(check.id.replace("/", "-", 1), Role.GRADED, "code", found.render(check=check), check.points)

    folders = folder_names(each.student for each in record.submissions)
    for submission in record.submissions:
        sources = load_sources(out / FOLDER / folders[submission.student])
        place = out / AUTOGRADED / folders[submission.student] / record.course
        graded = {  # of a source that is not the one that was graded, nothing can be shown
            each.id: each
            for each in submission.exercises
            if each.checks and each.id in sources and sources[each.id][0] == each.digest
        }
        for id, result in graded.items():
            notebook = source_version(cells(result, sources[id][1]))
            write(place / f"{id}.ipynb", written(notebook).decode("utf-8"))
        for old in place.glob("*.ipynb"):
            if old.stem not in graded and any(each.id == old.stem for each in submission.exercises):
                old.unlink()
        place.mkdir(parents=True, exist_ok=True)  # whoever handed in nothing is listed, too
