"""Commands that grade where students push to: `ci`, `bundle`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from autograder.ci.environment import REPORTS
from autograder.cli.options import Commands, command, course_option, device_option, exercise_option
from autograder.language import _


def add(commands: Commands) -> None:
    ci = command(
        commands, "ci", _ci, _("grade the checkout that this stands in, and tell GitHub Actions"),
        "autograde ci --bundle .github/course.bundle",
    )  # fmt: skip
    ci.add_argument(
        "--report", choices=REPORTS,
        help=_("who reads the result: any workflow, the old Classroom reporter, Classroom 50 (default: "
               "as it seems)"),
    )  # fmt: skip
    ci.add_argument("--course", metavar="DIR", type=Path, help=_("the private side, outside the checkout"))
    ci.add_argument(
        "--bundle", metavar="FILE", type=Path, help=_("the private side, sealed; its key is in the environment")
    )
    exercise_option(ci)
    ci.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("feedback"), help=_("where the pages go (default: feedback/)")
    )
    device_option(ci)

    bundle = command(
        commands, "bundle", _bundle, _("seal the private side of a course in one file"),
        "autograde bundle --course . --to course.bundle",
    )  # fmt: skip
    course_option(bundle)
    bundle.add_argument("--to", metavar="FILE", type=Path, required=True, help=_("the file to write"))


def _ci(arguments: argparse.Namespace) -> int:
    from autograder.ci.environment import Environment
    from autograder.ci.run import Request, run

    request = Request(
        arguments.report, arguments.course, arguments.bundle, arguments.exercise, arguments.out, arguments.device
    )
    return run(request, Environment.of(os.environ, arguments.report))


def _bundle(arguments: argparse.Namespace) -> int:
    from autograder.bundle import KEY, seal
    from autograder.exercise import load_course

    given = os.environ.get(KEY)
    key = seal(load_course(arguments.course), arguments.to, given)
    print(f"{_('sealed')}: {arguments.to}")
    if not given:
        print(_("its key, which is shown this once; make it a secret called {name}:").format(name=KEY))
        print(key)
    return 0
