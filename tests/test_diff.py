"""What a regrade says that it changed, and that what was there before stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder import cli
from autograder.diff import FILE, Change, Diff, Side, StudentChange, compare, read_diff, reason
from autograder.errors import UsageError
from autograder.exercise import Course
from autograder.history import keep_earlier, read_earlier
from autograder.results import CheckResult, ExerciseResult, Isolation, Late, Record, SubmissionResult, write_record
from autograder.terminal_diff import MAX_STUDENTS, show_diff

MakeCourse = Callable[..., Course]

MARK = {
    "grader": "1", "course": "c1", "public": "p", "torch": "2", "device": "cpu", "isolation": "full",
    "exercises": {"double": "sha256:d", "quadruple": "sha256:q"},
}  # fmt: skip


def check(name: str, status: Any = "passed", **more: Any) -> CheckResult:
    return CheckResult(f"double/{name}", "value", "", status, 2.0 if status == "passed" else 0.0, 2.0, **more)


def result(*checks: CheckResult, id: str = "double", **more: Any) -> ExerciseResult:
    digest = more.pop("digest", "sha256:s")
    score, points = sum(each.score for each in checks), 2.0 * len(checks)
    return ExerciseResult(id, "graded", score, points, digest=digest, checks=checks, **more)


def record(*students: SubmissionResult) -> Record:
    return Record("toy", "cpu", Isolation("full"), (("double", "Double", 4.0),), students)


def student(name: str, *exercises: ExerciseResult, late: Late | None = None) -> SubmissionResult:
    return SubmissionResult(name, exercises, late)


RIGHT = student("ada", result(check("values"), check("shape")))


def diff(before: SubmissionResult, after: SubmissionResult, made_with: Any = MARK, mark: Any = MARK) -> Diff:
    return compare("old", record(before), made_with, record(after), mark)


class TestCompare:
    def test_the_same_is_no_change(self) -> None:
        assert diff(RIGHT, RIGHT) == Diff("old", (), (), (), (), (), 1)

    def test_whose_score_by_how_much_on_which_check(self) -> None:
        after = student("ada", result(check("values", "failed", message="it is half"), check("shape")))
        (change,) = diff(RIGHT, after, mark=MARK | {"grader": "2"}).students
        (exercise,) = change.exercises
        assert (change.student, change.before, change.after, change.by) == ("ada", 4, 2, -2)
        assert (exercise.id, exercise.by, exercise.causes) == ("double", -2, ("grader",))
        assert exercise.checks == (
            Change("double/values", Side("passed", 2, 2), Side("failed", 0, 2, "it is half")),
        )  # fmt: skip

    def test_changes_that_make_up_for_each_other_are_told(self) -> None:
        before = student("ada", result(check("values", "failed"), check("shape")))
        after = student("ada", result(check("values"), check("shape", "raised")))
        (change,) = diff(before, after).students
        assert change.by == 0
        assert [each.id for each in change.exercises[0].checks] == ["double/values", "double/shape"]

    def test_other_words_are_no_change(self) -> None:
        before = student("ada", result(check("values", "failed", message="half")))
        after = student("ada", result(check("values", "failed", message="un demi")))
        assert diff(before, after).students == ()

    def test_a_check_that_is_new_and_one_that_is_gone(self) -> None:
        after = student("ada", result(check("values"), check("dtype", "failed")))
        (change,) = diff(RIGHT, after).students[0].exercises
        assert [(each.id, each.before.status, each.after.status) for each in change.checks] == [
            ("double/shape", "passed", ""), ("double/dtype", "", "failed"),
        ]  # fmt: skip

    def test_students_who_came_and_went(self) -> None:
        found = diff(RIGHT, replace(RIGHT, student="bob"))
        assert (found.appeared, found.gone, found.students, found.unchanged) == (("bob",), ("ada",), (), 0)


class TestCauses:
    LOST = result(check("values", "failed"), check("shape"))

    @pytest.mark.parametrize(
        ("after", "mark", "causes"),
        [
            (LOST, {}, ()),
            (replace(LOST, digest="sha256:t"), {}, ("submission",)),
            (replace(LOST, follow_through=("single",)), {}, ("import",)),
            (LOST, {"exercises": {"double": "new", "quadruple": "sha256:q"}, "course": "c2"}, ("exercise",)),
            (LOST, {"exercises": {"double": "sha256:d", "quadruple": "new"}, "course": "c2"}, ()),
            (LOST, {"course": "c2"}, ("course",)),
            (LOST, {"torch": "3", "device": "cuda", "isolation": "uid"}, ("torch", "device", "isolation")),
            (replace(LOST, manual_score=1.0), {}, ("instructor",)),
            (result(check("values", auto_score=0.0), check("shape", "failed")), {}, ("instructor",)),
        ],
    )
    def test_what_is_recorded_is_named(self, after: ExerciseResult, mark: Any, causes: tuple[str, ...]) -> None:
        (change,) = diff(RIGHT, student("ada", after), mark=MARK | mark).students
        assert change.exercises[0].causes == causes

    def test_lateness_is_the_students(self) -> None:
        late = Late("2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00", 86400.0, 0.5)
        (change,) = diff(RIGHT, replace(RIGHT, late=late)).students
        assert (change.by, change.causes, change.exercises) == (-2, ("late",), ())

    def test_what_the_earlier_run_did_not_record_is_said(self) -> None:
        found = diff(RIGHT, RIGHT, {"device": "cpu", "isolation": "full"}, MARK | {"device": "cuda"})
        assert found.unknown == ("course", "public", "grader", "torch", "exercise")
        assert [(each.what, each.before, each.after) for each in found.run] == [("device", "cpu", "cuda")]

    def test_in_words(self) -> None:
        assert reason(("submission", "device")) == "another submission; another device"
        assert reason(()) == "nothing that is recorded explains it"


class TestFiles:
    def test_it_is_read_back(self, tmp_path: Path) -> None:
        after = student("ada", result(check("values", "failed"), check("shape")))
        found = diff(RIGHT, after, mark=MARK | {"torch": "3"})
        found.write(tmp_path)
        assert read_diff(tmp_path) == found
        assert json.loads((tmp_path / FILE).read_text())["schema_version"] == 1
        assert read_diff(tmp_path / "elsewhere") is None
        (tmp_path / FILE).write_text("{}")
        with pytest.raises(UsageError, match=r"diff\.json: not what .* wrote: 'students'"):
            read_diff(tmp_path)

    def test_a_record_is_kept_if_scores_change(self, tmp_path: Path) -> None:
        before, after = record(RIGHT), record(student("ada", result(check("values", "failed"), check("shape"))))
        assert keep_earlier(tmp_path, before) is None
        write_record(before, tmp_path)
        (tmp_path / "fingerprint.json").write_text(json.dumps(MARK))
        assert keep_earlier(tmp_path, before) is None
        kept = keep_earlier(tmp_path, after)
        assert kept is not None
        assert kept.parent == tmp_path / "history"
        write_record(after, tmp_path)
        (tmp_path / "fingerprint.json").write_text(json.dumps(MARK | {"torch": "3"}))
        earlier = read_earlier(kept)
        assert (earlier.record, earlier.made_with) == (before, MARK)
        assert read_earlier(tmp_path).record == read_earlier(tmp_path / "results.json").record == after
        assert read_earlier(tmp_path).made_with["torch"] == "3"

    def test_what_cannot_be_read_is_kept_too(self, tmp_path: Path) -> None:
        (tmp_path / "results.json").write_text("something of somebody's")
        kept = keep_earlier(tmp_path, record(RIGHT))
        assert kept is not None
        assert kept.read_text() == "something of somebody's"

    def test_a_broken_fingerprint_is_named(self, tmp_path: Path) -> None:
        write_record(record(RIGHT), tmp_path)
        (tmp_path / "fingerprint.json").write_text("[]")
        with pytest.raises(UsageError, match=r"fingerprint\.json: not what .* wrote: it holds no fingerprint"):
            read_earlier(tmp_path)


class TestTerminal:
    def test_a_large_class_is_cut_and_a_message_obeys_no_terminal(self, capsys: pytest.CaptureFixture[str]) -> None:
        side = Side("failed", 0, 2, "\x1b[2Jgone [red]")
        change = Change("double", Side("graded", 2, 2), Side("graded", 0, 2), (), (Change("c", Side(), side),))
        students = tuple(StudentChange(f"s{number}", 2, 0, (), (change,)) for number in range(MAX_STUDENTS + 5))
        show_diff(Diff("old", (), (), students, ("new",), ("old",), 3))
        said = capsys.readouterr().out
        assert "35 students have other results than in old; unchanged: 3" in said
        assert "and 5 more: see diff.json" in said
        assert "    c: not there -> failed 0/2: ?[2Jgone [red]\n" in said
        assert "\x1b" not in said


def test_a_course_that_is_mended_is_regraded_with_a_diff(
    make_course: MakeCourse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the command to the dashboard: in place, so that OLD is what OUT was before."""
    course, out = make_course(), tmp_path / "out"
    for name, text in (("ada", "def double(x): return 2 * x"), ("ben", "def double(x): return 2 * x.detach()")):
        (tmp_path / "submissions" / name).mkdir(parents=True)
        (tmp_path / "submissions" / name / "double.py").write_text(text)
    command = ["grade", str(tmp_path / "submissions"), "--course", str(course.root), "--out", str(out)]
    command += ["--exercise", "double", "--jobs", "1", "--require-isolation", "process"]
    assert cli.main(command) == 0
    assert not (out / FILE).exists()
    before = (out / "results.json").read_bytes()
    tests = course.exercises[0].hidden_tests
    tests.write_text(tests.read_text().replace('kind="gradient", points=2', 'kind="gradient", points=4'))
    capsys.readouterr()
    assert cli.main([*command, "--diff", str(out)]) == 0
    said = capsys.readouterr().out
    assert f"2 students have other results than in {out}; unchanged: 0" in said
    assert "ada: 10 -> 12 (+2)\n  double: graded 10/10 -> graded 12/12 (+2): the exercise was changed" in said
    assert "ben: 8 -> 8 (+0)\n  double: graded 8/10 -> graded 8/12: the exercise was changed" in said
    assert "    double/gradients: failed 0/2 -> failed 0/4: " in said
    (kept,) = (out / "history").glob("*Z.json")
    assert kept.read_bytes() == before
    page = (out / "index.html").read_text()
    assert "Changes" in page
    assert "the exercise was changed" in page
    assert cli.main([*command, "--diff", str(kept)]) == 0
    assert "double/gradients" in capsys.readouterr().out
    assert cli.main(command) == 0
    assert not (out / FILE).exists()
    assert "the exercise was changed" not in (out / "index.html").read_text()
    assert cli.main([*command, "--diff", str(tmp_path / "nowhere")]) == 2
    assert "nowhere/results.json: there is no such file" in capsys.readouterr().err
