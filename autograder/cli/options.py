"""What the commands share: options, exit codes, and how a command is declared."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeAlias

from autograder.errors import EXIT_USAGE, UsageError
from autograder.language import LANGUAGES, _

Commands: TypeAlias = "argparse._SubParsersAction[Parser]"
Run = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line as every other error is said."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        told = UsageError("usage", reason=message, command=self.prog).told()
        self.exit(EXIT_USAGE, f"autograde: {told}\n")


def command(commands: Commands, name: str, run: Run, does: str, example: str) -> Parser:
    parser = commands.add_parser(
        name,
        help=does,
        description=_("{sentence}.").format(sentence=does[0].upper() + does[1:]),
        epilog=_("Example: {example}").format(example=example),
    )
    parser.add_argument("--lang", choices=LANGUAGES, help=_("language of what is said (default: the locale's)"))
    parser.set_defaults(run=run)
    return parser


def course_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--course", metavar="DIR", type=Path, default=Path(), help=_("the course (default: this folder)")
    )


def exercise_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--exercise", metavar="ID", action="append", default=[], help=_("only this exercise; may be repeated")
    )


def device_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", choices=["auto", "cpu", "cuda"], default="auto",
        help=_("where checks of devices and accuracy run (default: auto, a GPU if there is one)"),
    )  # fmt: skip


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(_("expected a number above 0, not {text!r}").format(text=text))
    return int(text)


def course_around(submissions: Path | None) -> Path:
    """The course where none is named: this folder, or if it is none, the nearest that holds the submissions."""
    here = Path()
    if submissions is None or (here / "reference").is_dir():
        return here
    above = (*submissions.parents, *submissions.absolute().parents)
    return next((folder for folder in above if (folder / "reference" / "course.yaml").is_file()), here)
