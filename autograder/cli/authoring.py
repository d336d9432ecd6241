"""Commands of those who write a course: `new-course`, `validate`, `calibrate`, `new`, `data`."""

from __future__ import annotations

import argparse
import shlex
import time
from pathlib import Path

from autograder.cli.options import Commands, command, course_option, device_option, exercise_option, positive
from autograder.errors import UsageError
from autograder.language import _


def add(commands: Commands) -> None:
    new_course = command(
        commands, "new-course", _new_course, _("start a course of your own from the bundled one"),
        "autograde new-course cnn101",
    )  # fmt: skip
    new_course.add_argument(
        "folder", metavar="DIR", type=Path, help=_("where the course goes: a folder that is empty, or not there yet")
    )

    validate = command(
        commands, "validate", _validate, _("prove that the hidden tests are right"), "autograde validate --exercise ID"
    )
    course_option(validate)
    exercise_option(validate)
    validate.add_argument(
        "--mutants", action="store_true",
        help=_("alter each reference in hundreds of ways, and demand that each loses a mark (needs "
               "cosmic-ray)"),
    )  # fmt: skip
    validate.add_argument("--json", metavar="FILE", type=Path, help=_("write what was proved to a file as well"))
    validate.add_argument("--page", metavar="FILE", type=Path, help=_("write it as a page for people, in Markdown"))

    calibrate = command(
        commands, "calibrate", _calibrate, _("measure the thresholds of accuracy checks"),
        "autograde calibrate ID --seeds 40",
    )  # fmt: skip
    calibrate.add_argument("ids", metavar="ID", nargs="+", help=_("an exercise with an accuracy check"))
    course_option(calibrate)
    calibrate.add_argument("--seeds", type=positive, default=20, help=_("trainings of the reference (default: 20)"))
    device_option(calibrate)

    new = command(
        commands, "new", _new, _("start a new exercise from the template, or make a chaff of a submission"),
        "autograde new depthwise_conv",
    )  # fmt: skip
    new.add_argument(
        "id", metavar="ID", nargs="?", help=_("an exercise's name: a snake_case noun, which is its folder and its file")
    )
    new.add_argument(
        "--chaff", metavar="MISCONCEPTION", help=_("a chaff instead, of this misconception; with all of the following")
    )
    new.add_argument(
        "--from", metavar="PATH", type=Path, dest="source", help=_("what was handed in: file, folder, archive")
    )
    new.add_argument("--exercise", metavar="ID", help=_("the exercise that it is about"))
    new.add_argument("--check", metavar="NAME", help=_("the check that must catch it"))
    course_option(new)

    data = command(
        commands, "data", _data, _("say where the course's dataset lies and whether it is whole"),
        "autograde data --course . --download",
    )  # fmt: skip
    course_option(data)
    data.add_argument("--download", action="store_true", help=_("fetch what is missing or damaged, with torchvision"))


def _new_course(arguments: argparse.Namespace) -> int:
    from autograder.starter import start_course

    folder = arguments.folder
    first = start_course(folder)
    print(_("{folder} is a course now; its README.md says what is where. Next:").format(folder=folder))
    steps = (
        (f"autograde grade {_quoted(folder / 'examples')}", _("grade a few invented students")),
        (f"autograde check {_quoted(folder / 'exercises' / first)}", _("see what a student sees")),
        (f"autograde validate --course {_quoted(folder)} --exercise {first}", _("prove an exercise's tests")),
    )
    width = max(len(line) for line, _what in steps)
    for line, what in steps:
        print(f"  {line:<{width}}  # {what}")
    return 0


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _validate(arguments: argparse.Namespace) -> int:
    from autograder.exercise import load_course
    from autograder.sandbox.warm import WarmProcess

    course = load_course(arguments.course)
    exercises = course.select(arguments.exercise)
    started = time.perf_counter()
    with WarmProcess() as warm:
        from autograder.validate import conclude, validate

        proofs = validate(course, exercises, warm, arguments.mutants)
    if arguments.page is not None:
        from autograder.proof.page import write_page

        chosen = [word for id in arguments.exercise or () for word in ("--exercise", id)]
        words = ["autograde", "validate", *chosen, *["--mutants"] * arguments.mutants, "--page", str(arguments.page)]
        write_page(arguments.page, proofs, " ".join(words), time.perf_counter() - started)
    return conclude(proofs, arguments.json)


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


def _new(arguments: argparse.Namespace) -> int:
    wants_chaff = [arguments.chaff, arguments.source, arguments.exercise, arguments.check]
    if arguments.id is not None and wants_chaff == [None] * 4:
        from autograder.new import new

        folder = new(arguments.course, arguments.id)
        told = _("{folder} is ready: edit solution.py first, then `autograde validate --exercise {id}`")
        print(told.format(folder=folder, id=arguments.id))
        return 0
    if arguments.id is not None or None in wants_chaff:
        raise UsageError("usage-either", command="new", one="ID", other="--chaff --from --exercise --check")
    from autograder.chaff import new_chaff
    from autograder.exercise import load_course

    path, rest = new_chaff(load_course(arguments.course), *wants_chaff)
    print(_("{file} is there. What is left:").format(file=path))
    for number, step in enumerate(rest, 1):
        print(f"  {number}. {step}")
    return 0


def _data(arguments: argparse.Namespace) -> int:
    from autograder import datasets
    from autograder.exercise import load_course

    course = load_course(arguments.course)
    print(_("dataset: {name}").format(name=course.dataset))
    print(_("place: {path}").format(path=datasets.place(course.dataset, course.data)))
    if arguments.download:
        datasets.download(course.dataset, course.data)
    data = datasets.load(course.dataset, course.data)
    told = _("images: {train:,} for training, {test:,} for the test")
    print(told.format(train=len(data.train_images), test=len(data.test_images)))
    print(_("digest: {digest}").format(digest=data.digest))
    print(_("whole: yes"))
    return 0
