"""course.yaml and exercise.yaml: the first byte says which of the two follows.

They are an author's, but `check` and `ci` read the exercise.yaml that lies beside a student's work.
"""

from __future__ import annotations

import math
from random import Random

from autograder.errors import CourseError
from autograder.exercise import load_course, load_exercise
from fuzz import place
from fuzz.mutation import changed

EXERCISE, COURSE = 0, 1
_EXERCISE = b"""format: 1
order: 1
title: Twice
points: 10
implement: [double]
forbid: [torch.fft.*]
limits: {seconds: 20, memory_mb: 512, checks: {values: 3}}
extra_credit: false
misconceptions:
  halved: The input was divided.
"""
_COURSE = b"""format: 1
name: toy
salt: grains
dataset: digits
data: data
package: convgrade
limits: {double: 20, double/values: 60}
late:
  due: 2026-12-01T23:59:00+01:00
  grace_minutes: 5
  per_day: 0.1
  floor: 0.5
  extensions: {ann: 2026-12-02T23:59:00+01:00}
"""
_VALUES = (
    b"1", b"-1", b"0x" + b"f" * 40, b"1e999", b".nan", b"-.inf", b"1:30:00", b"''", b"null", b"~", b"true", b"[]",
    b"{}", b"[1, [2]]", b"2026-13-45", b"2026-12-01", b"2026-12-01T00:00:00Z", b"9999-12-31T23:59:59-23:59",
    b"0001-01-01T00:00:00+23:59", b"!!int ''", b"!!int x", b"!!float ''", b"!!bool x", b"!!timestamp x",
    b"!!binary x", b"!!set {a}", b"!!omap [a: 1]", b"!!python/object:os.system x", b"&a [*a]", b"&a [1, 2]", b"*a",
    b"{<<: *a}", b"? [a]: b", b"{[1]: 2}", b"|\n    block", b"'\\ud800'", b'"\\ud800"', b'"\\x00"', b"\xff", b"@",
    b"`", b"%", b"9" * 5000, b"0b1", b"0o7", b"0x" + b"f" * 5000, b"a: b", b"\t", b"!!str 1", b"! 1", b"-", b"? ?",
    b"[" * 400, b"{a: " * 200, b"0.1_", b"1_0", b"!!null x", b"!!merge x",
)  # fmt: skip


def one(data: bytes) -> None:
    if not data:
        return
    reference = place() / "reference"
    (reference / "double").mkdir(parents=True, exist_ok=True)
    is_course = data[0] % 2 == COURSE
    (reference / "course.yaml").write_bytes(data[1:] if is_course else _COURSE)
    (reference / "double" / "exercise.yaml").write_bytes(_EXERCISE if is_course else data[1:])
    try:
        if is_course:
            course = load_course(reference.parent)
            assert course.salt
            (exercise,) = course.exercises
        else:
            exercise = load_exercise(reference / "double")
    except CourseError as error:
        said = str(error)
    else:
        assert 0 < exercise.points < math.inf
        assert exercise.implement
        assert 0 < exercise.limits.total < math.inf
        said = f"{exercise.order} {exercise.title}"
    said.encode()
    assert len(said) < 1000 + 20 * len(data)


def bound(data: bytes) -> int:
    """The most memory that may be allocated at a time, in bytes, while `one` reads `data`."""
    return (2 << 20) + 2000 * len(data)  # PyYAML's events and nodes are objects with two marks each


def made(random: Random) -> bytes:
    kind = random.randrange(2)
    lines = (_COURSE if kind == COURSE else _EXERCISE).splitlines()
    for _ in range(random.randrange(4)):
        at = random.randrange(len(lines))
        key, colon, _old = lines[at].partition(b": ")
        if random.randrange(5) == 0:
            lines.insert(at, random.choice((b"what: 1", lines[at], b"---", b"...", b"# x", b"<<: {format: 1}", b"")))
        elif colon:
            lines[at] = key + b": " + random.choice(_VALUES)
    raw = b"\n".join(lines) + b"\n"
    return bytes((kind,)) + (changed(random, raw) if random.randrange(3) == 0 else raw)


def broke() -> list[bytes]:
    return []
