"""Results that must never pass, tried on a toy course whose checks are good, and on one whose checks are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.exercise import Course
from autograder.grading.session import GradingSession
from autograder.impostors import IMPOSTORS, unmaskings

MakeCourse = Callable[..., Course]

WEAK = '''
    import torch

    from autograder import assert_shape, check


    @check(kind="interface", points=10)
    def interface(submission):
        """`double` gives a tensor of the same shape."""
        assert_shape(submission.double(torch.randn(3, 4)), (3, 4))
    '''
STRICT = '''
    import torch

    from autograder import check, fail


    @check(kind="interface", points=10)
    def interface(submission):
        """`double` doubles to the last bit."""
        x = torch.randn(3, 4)
        if not torch.equal(submission.double(x), 2 * x):
            fail("not to the last bit")
    '''


def problems(course: Course, id: str = "double") -> list[str]:
    found: list[str] = []
    exercises = course.select([id])
    GradingSession(course, exercises, public=False).run(
        lambda session: found.extend(each.problem for each in unmaskings(session, course.exercise(id)) if each.problem)
    )
    return found


def test_good_checks_find_every_impostor(toy_course: Course) -> None:
    assert problems(toy_course) == []
    assert problems(toy_course, "quadruple") == []


def test_checks_of_shapes_alone_do_not(make_course: MakeCourse) -> None:
    found = problems(make_course({"double/test_hidden.py": WEAK}))
    through = [told for told in IMPOSTORS if any(f"may give {told} instead" in each for each in found)]
    assert through == ["zeros", "ones", "its input", "the mean", "NaN", "a bfloat16 copy"]


def test_a_check_that_rounding_fails(make_course: MakeCourse) -> None:
    (found,) = problems(make_course({"double/test_hidden.py": STRICT}))
    told = "test_hidden.py: `interface` takes rounding of 8 units in the last place of `double(tensor 3x4)` for wrong"
    assert found == told


@pytest.mark.parametrize("told", IMPOSTORS)
def test_each_impostor_is_wrong(told: str) -> None:
    import torch

    result = torch.randn(3, 5)
    changed = IMPOSTORS[told](result, [torch.randn(3, 5)])
    assert changed.shape != result.shape or not torch.equal(changed, result)
