"""Commands that judge work: `grade`, `check`, `report`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.options import Commands, command, course_around, device_option, exercise_option, positive
from autograder.errors import EXIT_MACHINERY, UsageError
from autograder.language import _
from autograder.sandbox.isolation import LEVELS

if TYPE_CHECKING:
    from autograder.exercise import Course
    from autograder.grade import Engine
    from autograder.gradebook import GradebookProcess
    from autograder.history import Earlier
    from autograder.results import Record
    from autograder.submission import Submission


def add(commands: Commands) -> None:
    grade = command(
        commands, "grade", _grade, _("grade a class: a folder with one entry per student"),
        "autograde grade submissions/ --course . --out grades/",
    )  # fmt: skip
    grade.add_argument(
        "submissions", metavar="SUBMISSIONS", type=Path, nargs="?",
        help=_("folder, zip, tar.gz, .py or .ipynb per student"),
    )  # fmt: skip
    grade.add_argument(
        "--from-git", metavar="FILE", type=Path,
        help=_("instead: a CSV or YAML file with student, repository and, if there is one, deadline"),
    )  # fmt: skip
    grade.add_argument(
        "--course", metavar="DIR", type=Path,
        help=_("the course (default: this folder, or the one that SUBMISSIONS lies in)"),
    )  # fmt: skip
    exercise_option(grade)
    grade.add_argument("--out", type=Path, default=Path("grades"), help=_("where the results go (default: grades/)"))
    grade.add_argument(
        "--jobs", type=positive, help=_("processes (default: one per core, with --engine ray of the whole cluster)")
    )
    grade.add_argument(
        "--engine", choices=["local", "ray"], default="local",
        help=_("where submissions are graded: on this machine, or in a Ray cluster (default: local)"),
    )  # fmt: skip
    device_option(grade)
    grade.add_argument(
        "--require-isolation", metavar="LEVEL", choices=LEVELS, default="uid",
        help=_("refuse below this level: {names} (default: uid)").format(names=' > '.join(LEVELS)),
    )  # fmt: skip
    grade.add_argument(
        "--diff", metavar="OLD", type=Path,
        help=_("say whose score is another than in this OUT folder or results.json, and why"),
    )  # fmt: skip
    grade.add_argument("--fresh", action="store_true", help=_("ignore the results of earlier runs"))

    check = command(
        commands, "check", _check, _("run the public tests on your own work"), "autograde check exercises/ID/ID.py"
    )
    check.add_argument(
        "path", metavar="PATH", type=Path, nargs="?", default=Path(), help=_("a file or folder (default: here)")
    )
    exercise_option(check)
    check.add_argument(
        "--watch", action="store_true", help=_("run them again whenever a file is saved; Ctrl-C ends it")
    )

    report = command(
        commands, "report", _report, _("rewrite the dashboard and the feedback from stored results"),
        "autograde report grades/",
    )  # fmt: skip
    report.add_argument("out", metavar="OUT", type=Path, help=_("the folder that `autograde grade` wrote"))
    report.add_argument(
        "--course", metavar="DIR", type=Path, help=_("the course, for the commands that the dashboard suggests")
    )


def _grade(arguments: argparse.Namespace) -> int:
    from autograder.exercise import load_course
    from autograder.gradebook import GradebookProcess
    from autograder.lock import hold
    from autograder.submission import collect, ignored
    from autograder.unchanged import recall, remember

    course = load_course(arguments.course or course_around(arguments.submissions))
    exercises = course.select(arguments.exercise)
    if (arguments.submissions is None) == (arguments.from_git is None):
        raise UsageError("usage-either", command="grade", one="SUBMISSIONS", other="--from-git FILE")
    earlier = _earlier(arguments.diff) if arguments.diff is not None else None
    held: dict[str, str] = {}
    made_of = _made_of(arguments, course, [each.id for each in exercises])
    if made_of and not arguments.fresh and arguments.out.is_dir():
        with hold(arguments.out):
            if said := recall(arguments.out, made_of):
                return _say_again(arguments, said)
    if arguments.from_git is None:
        submissions = collect(arguments.submissions, {each.id: each.implement for each in course.exercises})
    # They load torch and nbgrader while this process loads torch.
    with hold(arguments.out), _started(arguments) as started, GradebookProcess(arguments.out) as gradebook:
        if arguments.from_git is not None:
            from autograder.from_git import collect_from_git

            submissions, held = collect_from_git(arguments.from_git, course, arguments.out)
        from autograder import terminal
        from autograder.fingerprint import fingerprint
        from autograder.grade import Wishes, grade_submissions
        from autograder.history import compare_with
        from autograder.report.pages import write_pages
        from autograder.terminal_diff import show_diff

        for name in ignored(arguments.submissions) if arguments.submissions else ():
            terminal.err.print(_("ignored: {name}").format(name=name), markup=False)
        wishes = Wishes(arguments.out, arguments.device, arguments.require_isolation, arguments.fresh)
        record = grade_submissions(course, exercises, submissions, started(), wishes, held)
        mark = fingerprint(course, device=record.device, isolation=record.isolation.level)
        made_with = mark.write_for_staff(arguments.out, course)
        diff = compare_with(earlier, record, made_with, arguments.out)
        terminal.show_record(record)
        terminal.show_misconceptions(record)
        if diff is not None:
            show_diff(diff)
        ungraded = terminal.show_ungraded(record)
        write_pages(record, arguments.out, course.root)
        _say_files(arguments.out, str(mark))
        written = _say_gradebook(gradebook, gradebook.write(record, _times(course, submissions)))
        _serve_formgrader(gradebook, record)
        if ungraded or not written:
            return EXIT_MACHINERY
        if made_of:
            remember(arguments.out, made_of, str(mark))
        return 0


def _made_of(arguments: argparse.Namespace, course: Course, exercises: Sequence[str]) -> str:
    """A digest of what the run depends on; empty where that is not in files of this machine alone."""
    from autograder.unchanged import inputs

    if arguments.submissions is None or arguments.diff is not None or arguments.engine != "local":
        return ""
    return inputs(course, arguments.submissions, [arguments.device, arguments.require_isolation, *exercises])


def _say_again(arguments: argparse.Namespace, mark: str) -> int:
    """Say what the last run said, of which nothing has changed."""
    from autograder import terminal
    from autograder.gradebook import FILE as GRADEBOOK
    from autograder.report.reading import read_record

    record = read_record(arguments.out)
    terminal.err.print(_("nothing has changed since the last run; --fresh grades all the same"), markup=False)
    terminal.show_record(record)
    terminal.show_misconceptions(record)
    _say_files(arguments.out, mark)
    if (gradebook := arguments.out / GRADEBOOK).exists():
        print(_("gradebook: {path}").format(path=gradebook))
    return 0


def _say_files(out: Path, mark: str) -> None:
    from autograder.report.pages import DASHBOARD

    print(_("results: {files}").format(files=f"{out / 'results.json'}, {out / 'grades.csv'}"))
    print(_("dashboard: {file}").format(file=out / DASHBOARD))
    print(_("fingerprint: {mark}").format(mark=mark))


def _earlier(path: Path) -> Earlier:
    from autograder.history import read_earlier  # with torch, which otherwise loads beside the other processes

    return read_earlier(path)


@contextmanager
def _started(arguments: argparse.Namespace) -> Iterator[Callable[[], Engine]]:
    """Starts the engine that is asked for, which goes on in the background; gives it when it is called."""
    if arguments.engine == "ray":
        from autograder.cluster.engine import Cluster

        with Cluster(arguments.jobs) as cluster:
            yield lambda: cluster
        return
    from autograder.sandbox.warm import WarmProcess

    with WarmProcess() as warm:

        def local() -> Engine:
            from autograder.grade import Local

            private = [arguments.submissions] if arguments.submissions is not None else []
            return Local(warm, arguments.jobs or os.cpu_count() or 1, private)

        yield local


def _times(course: Course, submissions: Sequence[Submission]) -> dict[str, datetime]:
    """When each submission came, as far as a file beside it says so."""
    from autograder.submission import Unreadable, submitted_at

    found = {}
    for each in submissions:
        with suppress(Unreadable, OSError):  # told by the late policy, where it costs anything
            if each.entry and (time := submitted_at(each.entry, course.name, trusts_files=False)):
                found[each.student] = time
    return found


def _serve_formgrader(gradebook: GradebookProcess, record: Record) -> None:
    """Write the notebooks that nbgrader's formgrader opens, if the gradebook is that of an nbgrader course."""
    out = gradebook.path.resolve().parent
    if gradebook.can_write and (out.parent / "nbgrader_config.py").is_file():
        from autograder.handout.formgrader import write_graded

        write_graded(out, record)


def _say_gradebook(gradebook: GradebookProcess, complaint: str) -> bool:
    """Say what became of the gradebook; whether it is as it should be, which it is not where nbgrader failed."""
    if complaint:
        print(f"autograde: {complaint}", file=sys.stderr)
    elif gradebook.can_write:
        print(_("gradebook: {path}").format(path=gradebook.path))
    else:
        advice = _("{path} is not written: nbgrader is not installed (pip install 'convgrade[nbgrader]')")
        print(advice.format(path=gradebook.path), file=sys.stderr)
    return not complaint


def _check(arguments: argparse.Namespace) -> int:
    from autograder.own_work import find_work
    from autograder.sandbox.warm import WarmProcess

    found = find_work(arguments.path, arguments.exercise)
    with WarmProcess() as warm:
        from autograder.selfcheck import check_on_save, check_work

        if arguments.watch:
            return check_on_save(found, arguments.path, arguments.exercise, warm)
        return check_work(found, warm)


def _report(arguments: argparse.Namespace) -> int:
    from autograder.gradebook import GradebookProcess
    from autograder.lock import hold
    from autograder.report.rewriting import rewrite

    held = hold(arguments.out) if arguments.out.is_dir() else nullcontext()  # that nothing is there is said below
    with held, GradebookProcess(arguments.out) as gradebook:
        dashboard, complaint = rewrite(arguments.out, arguments.course, gradebook)
        print(_("dashboard: {file}").format(file=dashboard))
        return 0 if _say_gradebook(gradebook, complaint) else EXIT_MACHINERY
