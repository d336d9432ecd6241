"""The late policy: what course.yaml may say, when work came, what it costs, and that every output says so."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.errors import CourseError
from autograder.exercise import Course
from autograder.export.gradescope import results_of
from autograder.late import LatePolicy
from autograder.report.reading import read_record
from autograder.results import ExerciseResult, Late, SubmissionResult
from autograder.submission import Unreadable, submitted_at

MakeCourse = Callable[..., Course]

DUE = datetime(2026, 12, 1, 12, tzinfo=UTC)
POLICY = LatePolicy(
    DUE, timedelta(minutes=15), per_day=0.1, floor=0.5, extensions={"ada": DUE + timedelta(days=7)}
)  # fmt: skip
COURSE = "format: 1\nname: toy\nsalt: grains\nlate:\n"


class TestPolicy:
    @pytest.mark.parametrize(
        ("late", "factor", "seconds"),
        [
            (timedelta(hours=-5), 1.0, 0),
            (timedelta(), 1.0, 0),
            (timedelta(minutes=15), 1.0, 900),  # within the grace
            (timedelta(minutes=15, seconds=1), 0.9, 901),  # beyond it, the whole day counts
            (timedelta(days=1), 0.9, 86400),
            (timedelta(days=1, seconds=1), 0.8, 86401),
            (timedelta(days=2, hours=23), 0.7, 255600),
            (timedelta(days=400), 0.5, 34560000),
        ],
    )
    def test_each_day_that_begins_costs(self, late: timedelta, factor: float, seconds: float) -> None:
        found = POLICY.judge("ben", DUE + late)
        assert (found.factor, found.seconds) == (factor, seconds)

    def test_an_extension_moves_the_due_time(self) -> None:
        assert POLICY.judge("ada", DUE + timedelta(days=7)).factor == 1.0
        assert POLICY.judge("ada", DUE + timedelta(days=8)).factor == 0.9
        assert POLICY.judge("ada", None).due == "2026-12-08T12:00:00+00:00"

    def test_times_of_other_zones_are_the_same_moment(self) -> None:
        assert POLICY.judge("ben", datetime.fromisoformat("2026-12-01T13:00:00+01:00")).seconds == 0
        assert POLICY.judge("ben", datetime.fromisoformat("2026-12-01T12:00:00-01:00")).seconds == 3600

    def test_nobody_is_late_of_whom_nobody_knows(self) -> None:
        assert POLICY.judge("ben", None) == Late("2026-12-01T12:00:00+00:00", None, 0.0, 1.0)

    def test_the_penalty_is_the_sum_of_that_of_the_exercises(self) -> None:
        results = tuple(ExerciseResult(str(n), "graded", 1 / 3, 1.0) for n in range(3))
        found = SubmissionResult("ben", results, Late("", "", 1.0, 0.9))
        assert found.penalty == pytest.approx(sum(found.late.penalty(each) for each in results))  # type: ignore[union-attr]
        assert found.score == pytest.approx(0.9, abs=1e-5)
        assert Late("", "", 1.0, 0.9).penalty(ExerciseResult("a", "graded", -1.0, 1.0)) == 0.0

    def test_course_yaml_holds_it(self, make_course: MakeCourse) -> None:
        text = (
            "  due: 2026-12-01T13:00:00+01:00\n  grace_minutes: 15\n  per_day: 0.1\n  floor: 0.5\n"
            "  extensions: {ada: 2026-12-08T12:00:00Z}\n"
        )
        assert make_course({"course.yaml": COURSE + text}).late == POLICY
        assert make_course({"course.yaml": COURSE + "  due: 2026-12-01T12:00:00Z\n"}).late == LatePolicy(DUE)

    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        [
            ("  grace_minutes: 5\n", 4, "key `late.due` is missing"),
            ("  due: 2026-12-01\n", 5, "`late.due` is no time with an offset"),
            ("  due: 2026-12-01T12:00:00\n", 5, "`late.due` is no time with an offset"),
            ("  due: 2026-12-01T12:00:00Z\n  perday: 0.1\n", 6, "unknown key `late.perday`"),
            ("  due: 2026-12-01T12:00:00Z\n  per_day: 10\n", 6, "`late.per_day` is out of range: 10"),
            ("  due: 2026-12-01T12:00:00Z\n  floor: -0.1\n", 6, "`late.floor` is out of range: -0.1"),
            ("  due: 2026-12-01T12:00:00Z\n  floor: true\n", 6, "`late.floor` is out of range: True"),
            ("  due: 2026-12-01T12:00:00Z\n  grace_minutes: .nan\n", 6, "`late.grace_minutes` is out of range"),
            ("  due: 2026-12-01T12:00:00Z\n  extensions: [ada]\n", 6, "`late.extensions` has the wrong type: list"),
            (
                "  due: 2026-12-01T12:00:00Z\n  extensions:\n    ada: tomorrow\n", 7,
                "`late.ada` is no time with an offset",
            ),
            (
                "  due: 2026-12-01T12:00:00Z\n  extensions:\n    ada: 2026-11-30T12:00:00Z\n", 7,
                "`late.ada` is no extension: it is not after `late.due`",
            ),
            (
                "  due: 2026-12-01T12:00:00Z\n  extensions: {0017: 2026-12-03T12:00:00Z}\n", 6,
                "`late.extensions` has the wrong type: int",
            ),
            ("  due: 2026-12-01T12:00:00Z\n  timestamps: ctime\n", 6, "`late.timestamps` cannot be 'ctime'"),
        ],
    )  # fmt: skip
    def test_a_slip_is_named_with_its_line(self, make_course: MakeCourse, text: str, line: int, reason: str) -> None:
        with pytest.raises(CourseError) as found:
            make_course({"course.yaml": COURSE + text})
        assert (found.value.line, reason in found.value.reason) == (line, True), found.value.reason


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "time"),
        [
            ("2026-12-01T12:00:00Z\n", DUE),
            ("2026-12-01T13:00:00+01:00", DUE),
            ("2026-12-01 12:00:00.000000 UTC\n", DUE),
            ("2026-12-01 04:00:00 America/Los_Angeles", DUE),
            ("2026-12-01 12:00:00", DUE),
        ],
    )
    def test_of_timestamp_txt(self, tmp_path: Path, text: str, time: datetime) -> None:
        (tmp_path / "timestamp.txt").write_text(text)
        assert submitted_at(tmp_path, "toy", trusts_files=False) == time

    def test_of_nbgraders_folders(self, tmp_path: Path) -> None:
        (tmp_path / "toy").mkdir()
        (tmp_path / "toy" / "timestamp.txt").write_text("2026-12-01 12:00:00.000000 UTC\n")
        assert submitted_at(tmp_path, "toy", trusts_files=False) == DUE
        assert submitted_at(tmp_path, "other", trusts_files=False) is None

    @pytest.mark.parametrize(
        "text", ["yesterday", "", "2026-12-01 12:00:00 ../../etc/passwd", "2026-12-01 12:00:00 /x", "\0"]
    )
    def test_of_a_file_that_says_none(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "timestamp.txt").write_text(text)
        with pytest.raises(Unreadable, match=r"timestamp\.txt holds no time"):
            submitted_at(tmp_path, "toy", trusts_files=False)

    def test_a_link_and_a_huge_file_are_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "timestamp.txt").symlink_to("/etc/hostname")
        with pytest.raises(Unreadable, match="link"):
            submitted_at(tmp_path / "a", "toy", trusts_files=False)
        (tmp_path / "b").mkdir()
        (tmp_path / "b" / "timestamp.txt").write_text(" " * 1000)
        with pytest.raises(Unreadable, match="larger"):
            submitted_at(tmp_path / "b", "toy", trusts_files=False)

    def test_what_a_student_packed_says_nothing(self, tmp_path: Path) -> None:
        stamp = tmp_path / "timestamp.txt"
        stamp.write_text("1999-01-01T00:00:00Z")
        with tarfile.open(tmp_path / "ben.tar.gz", "w:gz") as archive:
            archive.add(stamp, "timestamp.txt")
        assert submitted_at(tmp_path / "ben.tar.gz", "toy", trusts_files=False) is None

    def test_files_count_only_if_the_course_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "ben").mkdir()
        for name, minutes in (("a.py", -5), ("b.py", 0), ("data.bin", 5)):
            (tmp_path / "ben" / name).touch()
            moment = (DUE + timedelta(minutes=minutes)).timestamp()
            os.utime(tmp_path / "ben" / name, (moment, moment))
        assert submitted_at(tmp_path / "ben", "toy", trusts_files=False) is None
        assert submitted_at(tmp_path / "ben", "toy", trusts_files=True) == DUE
        assert submitted_at(tmp_path / "ben" / "a.py", "toy", trusts_files=True) == DUE - timedelta(minutes=5)
        (tmp_path / "ben" / "timestamp.txt").write_text("2026-12-03T12:00:00Z")
        assert submitted_at(tmp_path / "ben", "toy", trusts_files=True) == DUE + timedelta(days=2)


def test_every_output_says_so(make_course: MakeCourse, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """results.json, grades.csv, the terminal, both pages, Gradescope; the gradebook's export has tests of its own."""
    policy = "  due: 2026-12-01T12:00:00Z\n  per_day: 0.1\n  extensions: {zoe: 2026-12-02T12:00:00Z}\n"
    course = make_course({"course.yaml": COURSE + policy, "quadruple/test_public.py": None})
    (course.root / "reference" / "quadruple" / "test_public.py").write_text(
        (course.root / "reference" / "double" / "test_public.py").read_text()
    )
    for student, stamp in (
        ("ben", "2026-12-02T18:00:00Z"),
        ("cem", "2026-12-01T11:00:00Z"),
        ("dua", None),
        ("eve", "?"),
    ):
        folder = tmp_path / "class" / student
        folder.mkdir(parents=True)
        (folder / "double.py").write_text("def double(x): return 2 * x\n")
        if stamp:
            (folder / "timestamp.txt").write_text(stamp)
    out = tmp_path / "grades"
    command = ["grade", str(tmp_path / "class"), "--course", str(course.root), "--out", str(out)]
    assert main([*command, "--require-isolation", "process", "--device", "cpu"]) == 0

    said = capfd.readouterr()
    assert "eve: timestamp.txt holds no time: ?" in said.err
    assert "nothing says when 2 submissions came, so that they count as in time: dua, eve" in said.err
    assert "the extension for `zoe` is nobody's" in said.err
    table = {line.split()[0]: line.split() for line in said.out.splitlines() if line}
    assert table["student"][:3] == ["student", "total", "late"]
    assert table["ben"][:3] == ["ben", "8/20", "-2"]

    found = {each["student"]: each for each in json.loads((out / "results.json").read_text())["submissions"]}
    assert found["ben"]["score"] == 8.0
    assert found["ben"]["exercises"][0]["score"] == 10.0
    assert found["ben"]["late"] == {
        "due": "2026-12-01T12:00:00+00:00", "submitted": "2026-12-02T18:00:00+00:00", "seconds": 108000.0,
        "factor": 0.8, "penalty": 2.0,
    }  # fmt: skip
    assert found["cem"]["late"]["penalty"] == 0.0
    assert found["dua"]["late"]["submitted"] is None
    assert "ben,10,0,8,20\n" in (out / "grades.csv").read_text()
    page = (out / "feedback" / "ben" / "index.html").read_text()
    assert "Handed in 30 hours after the deadline, 2026-12-01 12:00 +0000: of 10 points 80 % are left." in page
    assert "after the deadline" not in (out / "feedback" / "cem" / "index.html").read_text()
    assert "(−2)" in (out / "index.html").read_text()

    record = read_record(out)
    gradescope = results_of(record, record.submissions[0], "visible")
    assert gradescope["score"] == 8.0
    assert "2 points are taken off for being late" in gradescope["output"]

    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        submission = book.find_submission("toy", "ben")
        assert (submission.total_seconds_late, submission.late_submission_penalty, submission.score) == (108000, 2, 10)
        assert book.find_submission("toy", "cem").total_seconds_late == 0


def test_an_extra_exercise_counts_on_top(make_course: MakeCourse) -> None:
    course = make_course()
    path = course.root / "reference" / "quadruple" / "exercise.yaml"
    text = path.read_text()
    path.write_text(text + "extra_credit: true\n")
    assert [each.extra_credit for each in make_course({"quadruple/exercise.yaml": path.read_text()}).exercises] == [
        False,
        True,
    ]
    with pytest.raises(CourseError, match="`extra_credit` has the wrong type: int"):
        make_course({"quadruple/exercise.yaml": text + "extra_credit: 1\n"})
    results = (ExerciseResult("a", "graded", 8.0, 10.0), ExerciseResult("b", "graded", 5.0, 5.0, extra_credit=True))
    each = SubmissionResult("ben", results)
    assert (each.score, each.points) == (13.0, 10.0)
