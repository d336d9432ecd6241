"""What the folders of a course say, and that every slip in them is named with file, line and reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.errors import CourseError, UsageError
from autograder.exercise import Course, Limits, load_course, load_public, misconception_of

MakeCourse = Callable[..., Course]

MINIMAL = """\
format: 1
order: 3
title: Third
points: 2
implement: [f]
"""


class TestCourse:
    def test_a_course_is_what_its_folders_say(self, toy_course: Course) -> None:
        assert (toy_course.name, toy_course.salt) == ("toy", "grains of it")
        assert [each.id for each in toy_course.exercises] == ["double", "quadruple"]
        double, quadruple = toy_course.exercises
        assert (double.title, double.points, double.implement) == ("Twice as much", 10.0, ("double",))
        assert double.forbid == ("torch.fft.*",)
        assert toy_course.before(quadruple) == (double,)
        assert double.limits == Limits(seconds=20, memory_mb=512)
        assert quadruple.limits == Limits()
        assert [*double.misconceptions] == ["halved", "breaks-gradient", "mutates-input"]
        assert [path.name for path in double.chaffs] == ["breaks_gradient.py", "mutates_input.py", "halved.py"]
        assert double.wheats == []
        assert double.solution.is_file()
        assert double.hidden_tests.is_file()
        assert double.public_tests.is_file()

    def test_order_then_name(self, make_course: MakeCourse) -> None:
        course = make_course({"b/exercise.yaml": MINIMAL, "a/exercise.yaml": MINIMAL, "no/README.md": "none"})
        assert [each.id for each in course.exercises] == ["double", "quadruple", "a", "b"]

    def test_select(self, toy_course: Course) -> None:
        double, quadruple = toy_course.exercises
        assert toy_course.select([]) == (double, quadruple)
        assert toy_course.select(["quadruple", "double"]) == (double, quadruple)
        with pytest.raises(UsageError, match=r"no exercise `triple` in .* .*\n.*double, quadruple"):
            toy_course.select(["double", "triple"])

    def test_a_students_copy(self, toy_course: Course) -> None:
        course = load_public(toy_course.root / "reference")
        assert (course.salt, [each.id for each in course.exercises]) == ("", ["double", "quadruple"])

    def test_no_course(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="no reference/ folder"):
            load_course(tmp_path)

    def test_no_exercise(self, toy_course: Course) -> None:
        for each in toy_course.exercises:
            shutil.rmtree(each.folder)
        with pytest.raises(UsageError, match="no folder in it"):
            load_course(toy_course.root)


class TestDigest:
    def test_every_file_counts_by_name_and_content(self, toy_course: Course) -> None:
        (double, _) = toy_course.exercises
        seen = {double.digest()}
        assert double.digest() in seen
        (double.folder / "new.txt").write_text("a")
        seen.add(double.digest())
        (double.folder / "new.txt").write_text("b")
        seen.add(double.digest())
        (double.folder / "new.txt").rename(double.folder / "chaff" / "new.txt")
        seen.add(double.digest())
        assert len(seen) == 4

    def test_what_python_leaves_behind_does_not(self, toy_course: Course) -> None:
        (double, _) = toy_course.exercises
        before = double.digest()
        (double.folder / "__pycache__").mkdir()
        (double.folder / "__pycache__" / "solution.pyc").write_bytes(b"x")
        assert double.digest() == before


@pytest.mark.parametrize(
    ("stem", "id"),
    [("flipped_kernel", "flipped-kernel"), ("flipped_kernel_2", "flipped-kernel"), ("halved", "halved"), ("_2", "-2"),
     ("conv2d_call_12", "conv2d-call"), ("conv2d", "conv2d")],
)  # fmt: skip
def test_a_chaff_is_named_after_its_misconception(stem: str, id: str) -> None:
    assert misconception_of(Path(f"chaff/values/{stem}.py")) == id


def slip(make_course: MakeCourse, name: str, text: str) -> CourseError:
    """The error of a course one of whose files is this."""
    with pytest.raises(CourseError) as caught:
        make_course({name: text})
    assert caught.value.path.as_posix().endswith(f"reference/{name}")
    return caught.value


YAML = "three/exercise.yaml"


class TestSlips:
    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        [
            ("", 1, "expected `key: value` lines"),
            ("- format: 1\n", 1, "expected `key: value` lines"),
            (MINIMAL + "a: b: c\n", 6, "cannot be read as YAML: mapping values are not allowed here"),
            (MINIMAL + "title: [\n", 7, "cannot be read as YAML: expected the node content, but found '<stream end>'"),
            (MINIMAL + "titel: x\n", 6, "unknown key `titel`"),
            (MINIMAL + "3: x\n", 6, "unknown key `3`"),
            (MINIMAL.replace("order: 3", "order: '3'"), 2, "`order` has the wrong type: str"),
            (MINIMAL.replace("order: 3", "order: true"), 2, "`order` has the wrong type: bool"),
            (MINIMAL.replace("title: Third", "title: 3"), 3, "`title` has the wrong type: int"),
            (MINIMAL.replace("title: Third", "title: 2026-13-45"), None, "cannot be read as YAML: month must"),
            (MINIMAL + "misconceptions:\n", 6, "`misconceptions` has the wrong type: NoneType"),
            (MINIMAL.replace("title: Third\n", ""), None, "key `title` is missing"),
            (MINIMAL.replace("format: 1", "format: 2"), 1, "format 2 is not readable"),
            (MINIMAL.replace("format: 1", "format: 0"), 1, "format 0 is not readable"),
            (MINIMAL.replace("points: 2", "points: 0"), 4, "`points` is out of range: 0"),
            (MINIMAL.replace("points: 2", "points: .nan"), 4, "`points` is out of range: nan"),
            (MINIMAL.replace("points: 2", "points: .inf"), 4, "`points` is out of range: inf"),
            (MINIMAL.replace("[f]", "[]"), 5, "`implement` names nothing"),
            (MINIMAL.replace("[f]", "[f, 3]"), 5, "`implement` has the wrong type: int"),
            (MINIMAL + "limits: {second: 3}\n", 6, "unknown key `limits.second`"),
            (MINIMAL + "limits: {seconds: 1, memory_mb: 0}\n", 6, "`limits.memory_mb` is out of range: 0"),
            (MINIMAL + "limits:\n  memory_mb: 9\n  seconds: yes\n", 8, "`limits.seconds` is out of range: "),
            (MINIMAL + "limits:\n  seconds: .inf\n", 7, "`limits.seconds` is out of range: "),
            (MINIMAL + "limits:\n  checks: 3\n", 7, "`limits.checks` has the wrong type: int"),
            (MINIMAL + "limits:\n  checks: {values: -1}\n", 7, "`limits.values` is out of range: -1"),
            (MINIMAL + "limits:\n  memory_mb: 9999999\n", 7, "`limits.memory_mb` is out of range: 9999999"),
            (MINIMAL + "misconceptions:\n  a: well\n  halved: ''\n", 8, "misconception `halved` needs a hint"),
            (MINIMAL + "misconceptions: {1: one}\n", 6, "misconception `1` needs a hint"),
        ],
    )  # fmt: skip
    def test_of_an_exercise(self, make_course: MakeCourse, text: str, line: int | None, reason: str) -> None:
        error = slip(make_course, YAML, text)
        assert error.reason.startswith(reason)
        assert error.line == line
        place = f"{error.path}:{line}" if line else str(error.path)
        assert str(error) == f"{place}: {error.reason} [{error.code}]"

    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        [
            ("format: 1\nname: toy\n", None, "key `salt` is missing"),
            ("format: 1\nname: toy\nsalt: ''\n", 3, "`salt` must not be empty"),
            ("format: 1\nname: toy\nsalt: 3\n", 3, "`salt` has the wrong type: int"),
            ("format: 1\nname: toy\nsalt: a\nsugar: b\n", 4, "unknown key `sugar`"),
            ("format: 1\nname: toy\nsalt: a\nlimits: {triple: 3}\n", 4, "no exercise `triple`"),
            (
                "format: 1\nname: toy\nsalt: a\nlimits:\n  double/values: 0\n",
                5,
                "`limits.double/values` is out of range: 0",
            ),
        ],
    )
    def test_of_a_course(self, make_course: MakeCourse, text: str, line: int | None, reason: str) -> None:
        error = slip(make_course, "course.yaml", text)
        assert error.reason.startswith(reason)
        assert error.line == line

    def test_a_file_that_is_not_utf8(self, toy_course: Course) -> None:
        path = toy_course.exercises[0].folder / "exercise.yaml"
        path.write_bytes(b"title: caf\xe9\n")
        with pytest.raises(CourseError, match=r"not UTF-8: .* at byte 10"):
            load_course(toy_course.root)

    def test_a_file_that_is_a_folder(self, toy_course: Course) -> None:
        path = toy_course.exercises[0].folder / "exercise.yaml"
        path.unlink()
        path.mkdir()
        with pytest.raises(CourseError, match=r"exercise.yaml: cannot be read: Is a directory"):
            load_course(toy_course.root)

    def test_a_file_that_is_not_there(self, toy_course: Course) -> None:
        (toy_course.root / "reference" / "course.yaml").unlink()
        with pytest.raises(CourseError, match=r"course.yaml: there is no such file"):
            load_course(toy_course.root)

    def test_seconds_in_the_course_file(self, make_course: MakeCourse) -> None:
        text = "format: 1\nname: toy\nsalt: a\nlimits: {double: 7, double/values: 60, quadruple/values: 2}\n"
        double, quadruple = make_course({"course.yaml": text}).exercises
        assert double.limits == Limits(seconds=7, memory_mb=512, checks={"values": 60})
        assert quadruple.limits == Limits(checks={"values": 2})
        assert (double.limits.of("values"), double.limits.of("shapes"), double.limits.total) == (60, 7, 81)

    def test_a_part_of_a_megabyte_is_a_megabyte(self, make_course: MakeCourse) -> None:
        course = make_course({YAML: MINIMAL + "limits: {memory_mb: 0.5}\n"})
        assert course.select(["three"])[0].limits.memory_mb == 1
