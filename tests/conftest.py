"""Fixtures that several test files share: one warm process, a command in a fork of this process, and a toy course."""

from __future__ import annotations

import os
import sys
import tempfile
import textwrap
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from autograder.exercise import Course
    from autograder.sandbox.warm import WarmProcess

# As the command line does: processes that are forked share the cores, and a fork does not go with threads.
os.environ.update({f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS")})
os.environ["LC_ALL"] = "C.UTF-8"  # what is said is compared in English, whoever runs the tests

MakeCourse = Callable[..., "Course"]


@dataclass(frozen=True)
class Ran:
    """What came of a command: its exit code, and what it wrote to the terminal."""

    code: int
    output: str


RunCommand = Callable[..., Ran]

COURSE = """
format: 1
name: toy
salt: grains of it
"""

DOUBLE = {
    "exercise.yaml": """
        format: 1
        order: 1
        title: Twice as much
        points: 10
        implement: [double]
        forbid: [torch.fft.*]
        limits: {seconds: 20, memory_mb: 512}
        misconceptions:
          halved: The input was divided by two, not multiplied.
          breaks-gradient: A copy without history has no gradient.
          mutates-input: The caller still needs its tensor as it was.
        """,
    "solution.py": '''
        """Twice as much."""

        def double(x):
            """Twice x."""
            return 2 * x
        ''',
    "test_hidden.py": '''
        import torch

        from autograder import (
            assert_close, assert_gradients, assert_shape, assert_tensor, assert_unchanged, check, examples, windows,
        )


        @check(kind="interface", points=1)
        def interface(submission):
            """`double` is there."""
            assert_tensor(submission.double(torch.ones(2)))


        @check(kind="shape", points=1, needs=[interface])
        @examples(5, window=windows(max_side=4))
        def shapes(submission, window):
            """The shape stays."""
            assert_shape(submission.double(torch.randn(window[0])), window[0])


        @check(kind="value", points=3, needs=[shapes])
        @examples(5, window=windows(max_side=4))
        def values(submission, reference, window):
            """Every element is doubled."""
            x = torch.randn(window[0])
            assert_close(submission.double(x), reference.double(x))


        @check(kind="gradient", points=2, needs=[interface])
        def gradients(submission):
            """A gradient reaches x."""
            assert_gradients(submission.double, x=torch.randn(3))


        @check(kind="purity", points=2, needs=[interface])
        def unchanged(submission):
            """x is the same after the call."""
            assert_unchanged(submission.double, x=torch.randn(3))


        @check(kind="restriction", points=1, needs=[interface])
        def no_fft(submission):
            """No Fourier transform is called."""
            with submission.watching():
                submission.double(torch.randn(3))
        ''',
    "test_public.py": '''
        import torch

        from autograder import assert_close, check


        @check(kind="interface")
        def interface(submission):
            """One becomes two."""
            assert_close(submission.double(torch.ones(2)), torch.tensor([2.0, 2.0]))
        ''',
    "chaff/values/halved.py": '"""Divides."""\ndef double(x):\n    return x / 2\n',
    "chaff/gradients/breaks_gradient.py": '"""Cuts the graph."""\ndef double(x):\n    return 2 * x.detach()\n',
    "chaff/unchanged/mutates_input.py": '"""In place."""\ndef double(x):\n    x *= 2\n    return x.clone()\n',
}

QUADRUPLE = {
    "exercise.yaml": """
        format: 1
        order: 2
        title: Four times as much
        points: 10
        implement: [quadruple]
        """,
    "solution.py": '''
        """Four times as much."""

        from double import double


        def quadruple(x):
            """Twice twice x."""
            return double(double(x))
        ''',
    "test_hidden.py": '''
        import torch

        from autograder import assert_close, assert_gradients, check


        @check(kind="interface", points=2)
        def interface(submission):
            """`quadruple` is there."""
            submission.quadruple(torch.ones(2))


        @check(kind="value", points=6, needs=[interface])
        def values(submission):
            """Every element is four times what it was."""
            x = torch.randn(3)
            assert_close(submission.quadruple(x), 4 * x)


        @check(kind="gradient", points=2, needs=[interface])
        def gradients(submission):
            """A gradient reaches x."""
            assert_gradients(submission.quadruple, x=torch.randn(3))
        ''',
}


@pytest.fixture(scope="session", autouse=True)
def _one_warm_process() -> Iterator[Callable[[], None]]:
    """All that this process and its forks call a new warm process is the same: each would load torch, which takes 3 s.

    It is started when the first is wanted, or by a call of what the fixture gives.
    """
    from autograder.sandbox.warm import WarmProcess

    start, close = WarmProcess.__init__, WarmProcess.close
    running: list[WarmProcess] = []

    def first() -> None:
        if not running:
            warm = WarmProcess.__new__(WarmProcess)
            start(warm)
            running.append(warm)
            warm.ready()

    def share(self: WarmProcess, *, gpu: bool = False) -> None:
        if gpu:
            start(self, gpu=True)
            return
        first()
        own = {"layers": frozenset(), "missing": dict(running[0].missing), "slot": 0, "gpu": None}
        self.__dict__ |= running[0].__dict__ | own

    def leave(self: WarmProcess) -> None:
        if not running or self.process is not running[0].process:
            close(self)
        elif self.gpu is not None:
            close(self.gpu)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WarmProcess, "__init__", share)
        patch.setattr(WarmProcess, "close", leave)
        yield first
    for warm in running:
        close(warm)


@pytest.fixture(scope="session")
def warm(_one_warm_process: Callable[[], None]) -> WarmProcess:
    """The warm process, confining as well as this machine can."""
    from autograder.sandbox.isolation import measure
    from autograder.sandbox.warm import WarmProcess

    warm = WarmProcess()
    measure(warm)
    return warm


@pytest.fixture(scope="session")
def command(_one_warm_process: Callable[[], None]) -> RunCommand:
    """Runs `autograde` with these arguments in a fork of this process, which has torch loaded: a tenth of a start.

    `cwd` and `environment` are the command's own.
    """

    def run(*arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> Ran:
        from autograder.cli import main

        _one_warm_process()
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            pid = os.fork()
            if pid == 0:
                _be_command(main, arguments, cwd, os.environ if environment is None else environment, output.fileno())
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            output.seek(0)
            return Ran(code, output.read())

    return run


def _be_command(
    main: Callable[[], int], arguments: tuple[str, ...], cwd: Path, environment: Mapping[str, str], output: int
) -> None:
    """The life of the fork; never returns."""
    code = 1
    try:
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
        os.chdir(cwd)
        environment = dict(environment)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["autograde", *arguments]
        code = main()
    except SystemExit as exit:
        code = int(exit.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@pytest.fixture(scope="session")
def course_in() -> MakeCourse:
    """Makes a course of files in a folder; `changed` maps a path below reference/ to its text, or None for no file."""

    def make(folder: Path, changed: Mapping[str, str | None] | None = None) -> Course:
        from autograder.exercise import load_course

        files: dict[str, str | None] = {"course.yaml": COURSE}
        for id, parts in (("double", DOUBLE), ("quadruple", QUADRUPLE)):
            files |= {f"{id}/{name}": text for name, text in parts.items()}
        for name, text in (files | dict(changed or {})).items():
            if text is not None:
                path = folder / "reference" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return load_course(folder)

    return make


@pytest.fixture
def make_course(course_in: MakeCourse, tmp_path: Path) -> MakeCourse:
    """Makes a course of files, `changed` as in `course_in`."""
    return partial(course_in, tmp_path / "course")


@pytest.fixture
def toy_course(make_course: MakeCourse) -> Course:
    """Two exercises: `double`, and `quadruple`, which imports it."""
    return make_course()
