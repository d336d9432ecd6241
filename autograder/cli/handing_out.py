"""Commands that make what students receive: `release`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.cli.options import Commands, command, course_option
from autograder.errors import EXIT_LOST, UsageError
from autograder.handout import FORMATS
from autograder.language import _


def add(commands: Commands) -> None:
    release = command(
        commands, "release", _release, _("rebuild exercises/ from reference/, or write what students get to a folder"),
        "autograde release course101 --format notebook",
    )  # fmt: skip
    release.add_argument(
        "folder", metavar="DIR", type=Path, nargs="?",
        help=_("write what students get here, in the format named (default: rebuild exercises/)"),
    )  # fmt: skip
    release.add_argument(
        "--format", choices=FORMATS,
        help=_("plain: exercises/ as it is; notebook: an nbgrader course; classroom: a repository that "
               "grades pushes"),
    )  # fmt: skip
    course_option(release)
    release.add_argument("--check", action="store_true", help=_("change nothing; say whether exercises/ is stale"))


def _release(arguments: argparse.Namespace) -> int:
    if (arguments.folder is None) != (arguments.format is None):
        given, other = ("DIR", "--format") if arguments.format is None else ("--format", "DIR")
        raise UsageError("usage-needs", command="release", option=given, needed=other)
    from autograder.release import release, stale, unsettled

    if arguments.check and arguments.folder is not None:
        raise UsageError("usage-both", command="release", one="--check", other="DIR")
    if arguments.check:
        complaints = stale(arguments.course)
        for complaint in complaints:
            print(complaint)
        return EXIT_LOST if complaints else 0
    for path in _hand_out(arguments) if arguments.folder is not None else release(arguments.course):
        print(path)
    for reminder in unsettled(arguments.course):
        print(_("note: {note}").format(note=reminder), file=sys.stderr)
    return 0


def _hand_out(arguments: argparse.Namespace) -> list[Path]:
    from autograder.exercise import load_course
    from autograder.handout import hand_out

    return hand_out(load_course(arguments.course), arguments.folder, arguments.format)
