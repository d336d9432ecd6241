"""What is graded in each exercise, before anybody has handed anything in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from autograder.exercise import Course, Exercise
from autograder.grading.checks import Check
from autograder.grading.session import GradingSession


def rubric(course: Course, exercises: Collection[Exercise], *, public: bool = False) -> Mapping[str, Sequence[Check]]:
    """The hidden or the public checks of the exercises in their order, by exercise.

    Raises `CourseError` if a test file cannot be imported.
    """
    found: dict[str, list[Check]] = {}

    def note(session: GradingSession) -> None:
        found.update({each.id: [item.check for item in session.items[each.id]] for each in exercises})

    GradingSession(course, exercises, public=public).run(note)
    return found
