"""The command line: parse, call one verb, print, exit.

Exit codes (CONTRACT.md section 5): 0 it did its work; 1 marks were lost (`check`) or something is
not proved (`validate`, `release --check`); 2 wrong usage or a broken course file; 3 the machinery
failed or the machine cannot isolate as required; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import __version__
from autograder.errors import IsolationError, MachineryError, UsageError
from autograder.sandbox.gpu import hide
from autograder.sandbox.isolation import LEVELS

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
    Run = Callable[[argparse.Namespace], int]

EXIT_LOST, EXIT_USAGE, EXIT_MACHINERY, EXIT_INTERRUPTED = 1, 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    hide()
    # One thread each for the trusted processes too: they are forked, and share the cores with workers.
    os.environ.update({f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS")})
    try:
        return int(arguments.run(arguments))
    except UsageError as error:
        return _complain(error, EXIT_USAGE)
    except (IsolationError, MachineryError) as error:
        return _complain(error, EXIT_MACHINERY)
    except KeyboardInterrupt:
        print("autograde: interrupted; run the same command again to go on from here", file=sys.stderr)
        return EXIT_INTERRUPTED


def _complain(error: Exception, code: int) -> int:
    print(f"autograde: {error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograde",
        description="Grades deep-learning exercises where student code cannot reach the tests.",
        epilog="Try `autograde COMMAND --help` for a command's options and an example.",
    )
    parser.add_argument("--version", action="version", version=f"autograde {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    grade = _command(
        commands, "grade", _grade, "grade a class: a folder with one entry per student",
        "autograde grade submissions/ --course . --out grades/",
    )  # fmt: skip
    grade.add_argument(
        "submissions", metavar="SUBMISSIONS", type=Path, help="folder, zip, tar.gz, .py or .ipynb per student"
    )
    _course(grade)
    _exercises(grade)
    grade.add_argument("--out", type=Path, default=Path("grades"), help="where the results go (default: grades/)")
    grade.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, help="processes (default: one per core)")
    _device(grade)
    grade.add_argument(
        "--require-isolation", metavar="LEVEL", choices=LEVELS, default="uid",
        help=f"refuse below this level: {' > '.join(LEVELS)} (default: uid)",
    )  # fmt: skip
    grade.add_argument("--fresh", action="store_true", help="ignore the results of earlier runs")

    check = _command(
        commands, "check", _check, "run the public tests on your own work", "autograde check exercises/ID/ID.py"
    )
    check.add_argument(
        "path", metavar="PATH", type=Path, nargs="?", default=Path(), help="a file or folder (default: here)"
    )
    _exercises(check)

    validate = _command(
        commands, "validate", _validate, "prove that the hidden tests are right", "autograde validate --exercise ID"
    )
    _course(validate)
    _exercises(validate)
    validate.add_argument(
        "--mutants", action="store_true",
        help="alter each reference in hundreds of ways, and demand that each loses a mark (needs cosmic-ray)",
    )  # fmt: skip
    validate.add_argument("--json", metavar="FILE", type=Path, help="write what was proved to a file as well")

    calibrate = _command(
        commands, "calibrate", _calibrate, "measure the thresholds of accuracy checks",
        "autograde calibrate ID --seeds 40",
    )  # fmt: skip
    calibrate.add_argument("ids", metavar="ID", nargs="+", help="an exercise with an accuracy check")
    _course(calibrate)
    calibrate.add_argument("--seeds", type=_positive, default=20, help="trainings of the reference (default: 20)")
    _device(calibrate)

    release = _command(commands, "release", _release, "rebuild exercises/ from reference/", "autograde release --check")
    _course(release)
    release.add_argument("--check", action="store_true", help="change nothing; say whether exercises/ is stale")

    report = _command(
        commands, "report", _report, "rewrite the dashboard and the feedback from stored results",
        "autograde report grades/",
    )  # fmt: skip
    report.add_argument("out", metavar="OUT", type=Path, help="the folder that `autograde grade` wrote")
    report.add_argument(
        "--course", metavar="DIR", type=Path, help="the course, for the commands that the dashboard suggests"
    )

    new = _command(
        commands, "new", _new, "start a new exercise from the template, or make a chaff of a submission",
        "autograde new depthwise_conv",
    )  # fmt: skip
    new.add_argument(
        "id", metavar="ID", nargs="?", help="an exercise's name: a snake_case noun, which is its folder and its file"
    )
    new.add_argument(
        "--chaff", metavar="MISCONCEPTION", help="a chaff instead, of this misconception; with all of the following"
    )
    new.add_argument(
        "--from", metavar="PATH", type=Path, dest="source", help="what was handed in: file, folder, archive"
    )
    new.add_argument("--exercise", metavar="ID", help="the exercise that it is about")
    new.add_argument("--check", metavar="NAME", help="the check that must catch it")
    _course(new)

    data = _command(
        commands, "data", _data, "say where the course's dataset lies and whether it is whole",
        "autograde data --course . --download",
    )  # fmt: skip
    _course(data)
    data.add_argument("--download", action="store_true", help="fetch what is missing or damaged, with torchvision")

    _command(commands, "doctor", _doctor, "say what this machine can do", "autograde doctor")
    return parser


def _command(commands: Commands, name: str, run: Run, does: str, example: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, help=does, description=f"{does[0].upper()}{does[1:]}.", epilog=f"Example: {example}"
    )
    parser.set_defaults(run=run)
    return parser


def _course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--course", metavar="DIR", type=Path, default=Path(), help="the course (default: this folder)")


def _exercises(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--exercise", metavar="ID", action="append", default=[], help="only this exercise; may be repeated"
    )


def _device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", choices=["auto", "cpu", "cuda"], default="auto",
        help="where checks of devices and accuracy run (default: auto, a GPU if there is one)",
    )  # fmt: skip


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number above 0, not {text!r}")
    return int(text)


def _grade(arguments: argparse.Namespace) -> int:
    from autograder.exercise import load_course
    from autograder.sandbox.warm import WarmProcess
    from autograder.submission import collect, ignored

    course = load_course(arguments.course)
    exercises = course.select(arguments.exercise)
    submissions = collect(arguments.submissions, {each.id: each.implement for each in course.exercises})
    with WarmProcess() as warm:  # it loads torch while this process does
        from autograder import terminal
        from autograder.grade import Wishes, grade_submissions
        from autograder.report.pages import report

        for name in ignored(arguments.submissions):
            terminal.err.print(f"ignored: {name}", markup=False)
        wishes = Wishes(arguments.out, arguments.jobs, arguments.device, arguments.require_isolation, arguments.fresh)
        record = grade_submissions(course, exercises, submissions, warm, wishes)
        terminal.show_record(record)
        terminal.show_misconceptions(record)
        ungraded = terminal.show_ungraded(record)
        print(f"results: {arguments.out / 'results.json'}, {arguments.out / 'grades.csv'}")
        print(f"dashboard: {report(arguments.out, course.root)}")
        return EXIT_MACHINERY if ungraded else 0


def _check(arguments: argparse.Namespace) -> int:
    from autograder.own_work import find_work
    from autograder.sandbox.warm import WarmProcess

    found = find_work(arguments.path, arguments.exercise)
    with WarmProcess() as warm:
        from autograder.selfcheck import check_work

        return EXIT_LOST if check_work(found, warm) else 0


def _validate(arguments: argparse.Namespace) -> int:
    from autograder.exercise import load_course
    from autograder.sandbox.warm import WarmProcess

    course = load_course(arguments.course)
    exercises = course.select(arguments.exercise)
    with WarmProcess() as warm:
        from autograder.validate import validate

        return validate(course, exercises, warm, arguments.json, arguments.mutants)


def _calibrate(arguments: argparse.Namespace) -> int:
    from autograder.exercise import load_course
    from autograder.sandbox.warm import WarmProcess

    course = load_course(arguments.course)
    exercises = course.select(arguments.ids)
    with WarmProcess() as warm:
        from autograder.calibrate import calibrate
        from autograder.device import choose
        from autograder.sandbox.isolation import measure

        device, _ = choose(arguments.device, warm, measure(warm), "process")  # the author's own code
        calibrate(course, exercises, warm, arguments.seeds, device)
        return 0


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


def _report(arguments: argparse.Namespace) -> int:
    from autograder.report.pages import report

    print(f"dashboard: {report(arguments.out, arguments.course)}")
    return 0


def _new(arguments: argparse.Namespace) -> int:
    wants_chaff = [arguments.chaff, arguments.source, arguments.exercise, arguments.check]
    if arguments.id is not None and wants_chaff == [None] * 4:
        from autograder.new import new

        folder = new(arguments.course, arguments.id)
        print(f"{folder} is ready: edit solution.py first, then `autograde validate --exercise {arguments.id}`")
        return 0
    if arguments.id is not None or None in wants_chaff:
        raise UsageError("new: give either an ID, or all of --chaff, --from, --exercise and --check")
    from autograder.chaff import new_chaff
    from autograder.exercise import load_course

    path, rest = new_chaff(load_course(arguments.course), *wants_chaff)
    print(f"{path} is there. What is left:")
    for number, step in enumerate(rest, 1):
        print(f"  {number}. {step}")
    return 0


def _data(arguments: argparse.Namespace) -> int:
    from autograder import datasets
    from autograder.exercise import load_course

    course = load_course(arguments.course)
    print(f"dataset: {course.dataset}")
    print(f"place: {datasets.place(course.dataset, course.data)}")
    if arguments.download:
        datasets.download(course.dataset, course.data)
    data = datasets.load(course.dataset, course.data)
    print(f"images: {len(data.train_images):,} for training, {len(data.test_images):,} for the test")
    print(f"digest: {data.digest}")
    print("whole: yes")
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from autograder.sandbox.warm import WarmProcess

    with WarmProcess() as warm:
        from autograder.doctor import doctor

        return doctor(warm)
