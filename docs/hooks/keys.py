"""The pages about course.yaml and exercise.yaml, made of the table that the loaders read."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.keys import COURSE, EXERCISE, LATE, LIMITS, Key

COURSE_PAGE = """\
# course.yaml

`reference/course.yaml` makes a folder a course. It is private, as all of `reference/` is.

{course}

## late

[Late work](../gradebook.md#late-work) says how the time of a submission is known.

{late}
"""

EXERCISE_PAGE = """\
# exercise.yaml

`reference/<id>/exercise.yaml` makes a folder an exercise. Students receive it too, so that nothing in it is secret.
[Writing an exercise](../exercises.md) says what lies beside it.

{exercise}

## limits

All of an exercise's checks together may take three times `seconds`, and what `checks` adds to it.

{limits}
"""

WORDS = {int: "whole number", float: "number", str: "text", bool: "`true` or `false`", list: "list", dict: "mapping"}


def course_page() -> str:
    return COURSE_PAGE.format(course=_table(COURSE), late=_table(LATE))


def exercise_page() -> str:
    return EXERCISE_PAGE.format(exercise=_table(EXERCISE), limits=_table(LIMITS))


def _table(keys: Sequence[Key]) -> str:
    rows = [
        f"| `{key.name}` | {_type(key)} | {key.meaning} | {'**required**' if key.required else key.default} |"
        for key in keys
    ]
    example = "\n".join(f"{key.name}: {key.example}" for key in keys)
    return "\n".join([
        "| key | value | meaning | if left out |", "|---|---|---|---|", *rows, "",
        "Every key, with an example of a value:", "", "```yaml", example, "```", "",
        "Any other key is an error that names the file and the line.",
    ])  # fmt: skip


def _type(key: Key) -> str:
    return WORDS.get(key.types[-1], "time (ISO 8601)")
