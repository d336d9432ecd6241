"""Commands that make what students receive: `release`."""

from __future__ import annotations

import argparse

from autograder.cli.options import EXIT_LOST, Commands, command, course_option


def add(commands: Commands) -> None:
    release = command(commands, "release", _release, "rebuild exercises/ from reference/", "autograde release --check")
    course_option(release)
    release.add_argument("--check", action="store_true", help="change nothing; say whether exercises/ is stale")


def _release(arguments: argparse.Namespace) -> int:
    from autograder.release import release, stale

    if arguments.check:
        complaints = stale(arguments.course)
        for complaint in complaints:
            print(complaint)
        return EXIT_LOST if complaints else 0
    for path in release(arguments.course, None):
        print(path)
    return 0
