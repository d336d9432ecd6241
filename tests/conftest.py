"""Fixtures that several test files share: one warm process, and a toy course."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Iterator, Mapping
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


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmProcess]:
    """The warm process, confining as well as this machine can."""
    from autograder.sandbox.isolation import measure
    from autograder.sandbox.warm import WarmProcess

    with WarmProcess() as warm:
        measure(warm)
        yield warm


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
