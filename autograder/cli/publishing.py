"""Commands that carry results elsewhere: `export`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from autograder.cli.options import Commands, command
from autograder.errors import UsageError
from autograder.export import VISIBILITIES
from autograder.language import _

_FILLED = ("canvas", "moodle")


def add(commands: Commands) -> None:
    export = command(
        commands, "export", _export, _("write the results of a class in the form of another system"),
        "autograde export grades/ --format canvas --sheet downloaded.csv",
    )  # fmt: skip
    export.add_argument("out", metavar="OUT", type=Path, help=_("the folder that `autograde grade` wrote"))
    export.add_argument(
        "--format", required=True, choices=["gradescope", "junit", *_FILLED],
        help=_("gradescope: a results.json for each student; junit: JUnit XML; canvas, moodle: fill in "
               "a sheet of theirs"),
    )  # fmt: skip
    export.add_argument(
        "--sheet", metavar="FILE", type=Path,
        help=_("the gradebook or the grading worksheet, as you downloaded it (canvas, moodle)"),
    )  # fmt: skip
    export.add_argument(
        "--column",
        metavar="TITLE",
        help=_("the column that takes the total (default: the one called after the course)"),
    )
    export.add_argument(
        "--people", metavar="FILE", type=Path,
        help=_("a CSV file that says who is who: a column `student`, and others with what the sheet "
               "calls them"),
    )  # fmt: skip
    export.add_argument(
        "--visibility", choices=VISIBILITIES, default="after_published",
        help=_("when students see a test (gradescope; default: after_published)"),
    )  # fmt: skip
    export.add_argument(
        "--to", metavar="PATH", type=Path,
        help=_("the file, or gradescope's folder (default: in OUT/exports/; the sheet is changed only "
               "if named here)"),
    )  # fmt: skip


def _export(arguments: argparse.Namespace) -> int:
    if arguments.format in _FILLED:
        if arguments.sheet is None:
            raise UsageError(
                "usage-needs", command="export", option=f"--format {arguments.format}", needed="--sheet FILE"
            )
        return _fill(arguments)
    for option in ("sheet", "column", "people"):
        if getattr(arguments, option) is not None:
            raise UsageError("usage-needs", command="export", option=f"--{option}", needed="--format canvas|moodle")
    from autograder.export.gradescope import write_gradescope
    from autograder.export.junit import write_junit
    from autograder.report.reading import read_record

    record = read_record(arguments.out)
    exports = arguments.out / "exports"
    if arguments.format == "gradescope":
        to = arguments.to or exports / "gradescope"
        write_gradescope(record, to, arguments.visibility)
    else:
        to = arguments.to or exports / "junit.xml"
        write_junit(record, to)
    print(to)
    return 0


def _fill(arguments: argparse.Namespace) -> int:
    from autograder import terminal
    from autograder.export.canvas import fill_canvas
    from autograder.export.moodle import fill_moodle
    from autograder.export.sheet import read_sheet
    from autograder.report.reading import read_record
    from autograder.results import write_whole

    record, sheet = read_record(arguments.out), read_sheet(arguments.sheet)
    to = arguments.to or arguments.out / "exports" / arguments.sheet.name
    if arguments.to is None and to.exists() and os.path.samefile(to, arguments.sheet):
        raise UsageError("sheet-itself", path=to)
    fill = fill_canvas if arguments.format == "canvas" else fill_moodle
    filled = fill(sheet, record, arguments.column, arguments.people)
    write_whole(to, sheet.text())
    for line in filled.lines:
        print(terminal.harmless(line), file=sys.stderr)
    print(_("{path}: {count} grades").format(path=to, count=filled.grades))
    return 0
