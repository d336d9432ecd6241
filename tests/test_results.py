"""The record: sums without dust, JSON that comes back as it was, a CSV that no spreadsheet runs, whole files."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import results
from autograder.errors import MachineryError
from autograder.results import (
    CheckResult,
    ExerciseResult,
    Isolation,
    Record,
    SubmissionResult,
    grades_csv,
    points_of,
    spreadsheet_safe,
    tidy,
    to_json,
    write_record,
    write_whole,
)

Status = Literal["passed", "failed", "skipped"]


def check(status: Status = "passed", points: float = 1.0) -> CheckResult:
    return CheckResult("toy/values", "value", "It holds.", status, points if status == "passed" else 0.0, points)


def graded(id: str = "toy", score: float | None = 1.0, points: float = 2.0) -> ExerciseResult:
    status: Any = "ungraded" if score is None else "graded"
    return ExerciseResult(id, status, score, points, "well", ("corr2d",), "sha256:0", 0.5, (check(), check("failed")))


def record(*submissions: SubmissionResult) -> Record:
    isolation = Isolation("uid", ("uid", "seccomp"), {"landlock": "an old kernel"})
    return Record("cnn", "cpu", isolation, (("toy", "A toy", 2.0), ("two", "Two", 2.0)), submissions)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


class TestPoints:
    def test_what_is_skipped_leaves_the_total_and_is_never_given(self) -> None:
        assert points_of([check(), check("failed", 2), check("skipped", 4)]) == (1.0, 3.0)
        assert points_of([]) == (0.0, 0.0)

    def test_sums_have_no_dust(self) -> None:
        assert points_of([check(points=0.1)] * 3) == (0.3, 0.3)
        assert str(tidy(-1e-9)) == "0.0"

    def test_a_student_has_the_sum_and_nothing_for_what_is_ungraded(self) -> None:
        each = SubmissionResult("a", (graded(score=0.1), graded(score=0.2), graded(score=None)))
        assert (each.score, each.points) == (0.3, 6.0)


class TestJson:
    @settings(max_examples=50, deadline=None, database=None, derandomize=True)
    @given(
        st.builds(
            ExerciseResult, st.text(max_size=5), st.sampled_from(["graded", "missing", "rejected", "ungraded"]),
            st.none() | st.floats(0, 10), st.floats(0, 10), st.text(), st.lists(st.text(max_size=5)).map(tuple),
            st.text(max_size=5), st.floats(0, 9),
            st.lists(st.builds(
                CheckResult, st.text(max_size=5), st.just("value"), st.text(max_size=5), st.just("failed"),
                st.floats(0, 9), st.floats(0, 9), st.text(), st.none() | st.text(max_size=5), st.text(max_size=5),
            ), max_size=3).map(tuple),
        )
    )  # fmt: skip
    def test_a_result_comes_back_as_it_was(self, result: ExerciseResult) -> None:
        assert ExerciseResult.from_json(json.loads(json.dumps(to_json(result)))) == result

    def test_the_record_has_the_keys_of_the_contract(self) -> None:
        found = record(SubmissionResult("alice", (graded(), graded("two", None)))).to_json()
        assert [*found] == ["schema_version", "course", "device", "isolation", "exercises", "submissions"]
        assert found["isolation"] == {"level": "uid", "layers": ["uid", "seccomp"], "missing": ["landlock"]}
        assert found["exercises"][0] == {"id": "toy", "title": "A toy", "points": 2.0}
        (submission,) = found["submissions"]
        assert (submission["student"], submission["score"], submission["points"]) == ("alice", 1.0, 4.0)
        exercise, other = submission["exercises"]
        assert other["score"] is None
        assert [*exercise] == [
            "id", "status", "score", "points", "message", "follow_through", "digest", "seconds", "checks",
        ]  # fmt: skip
        assert [*exercise["checks"][0]] == [
            "id", "kind", "title", "status", "score", "points", "message", "misconception", "hint",
        ]  # fmt: skip


class TestCsv:
    def test_a_row_for_each_student(self) -> None:
        text = grades_csv(
            record(
                SubmissionResult("alice", (graded(score=1.25), graded("two", 2.0))),
                SubmissionResult("bob", (graded(score=0.0), graded("two", None))),
            )
        )
        assert rows(text) == [
            ["student", "toy", "two", "total", "out_of"],
            ["alice", "1.25", "2", "3.25", "4"],
            ["bob", "0", "", "", "4"],  # no total while something is held
        ]

    @pytest.mark.parametrize(
        ("value", "text"),
        [(1234.125, "1234.125"), (1234567.5, "1234567.5"), (0.1 + 0.2, "0.3"), (1 / 3, "0.333333"), (100.0, "100")],
    )
    def test_numbers_are_written_out(self, value: float, text: str) -> None:
        assert rows(grades_csv(record(SubmissionResult("a", (graded(score=value),)))))[1][1] == text

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
    def test_no_name_is_a_formula(self, start: str) -> None:
        name = f'{start}cmd|"/c calc"!A1,2'
        (_, row) = rows(grades_csv(record(SubmissionResult(name, (graded(),)))))
        assert row == [f"'{name}", "1", "1", "2"]

    def test_other_names_stay(self) -> None:
        for name in ("alice", "李雷", "o'neill", "a=b"):
            assert spreadsheet_safe(name) == name


class TestFiles:
    def test_the_record_is_written(self, tmp_path: Path) -> None:
        found = record(SubmissionResult("李雷", (graded(), graded("two"))))
        write_record(found, tmp_path / "new" / "folder")
        text = (tmp_path / "new" / "folder" / "results.json").read_text(encoding="utf-8")
        assert "李雷" in text
        assert json.loads(text) == json.loads(json.dumps(found.to_json()))
        assert (tmp_path / "new" / "folder" / "grades.csv").read_text(encoding="utf-8") == grades_csv(found)

    @pytest.mark.parametrize("students", [[], ["ann"], ["ann", "李雷\u2028\x85 x", "a\r\nb"]])
    def test_a_record_in_pieces_is_the_record(self, students: list[str]) -> None:
        found = record(*(SubmissionResult(each, (graded(),)) for each in students))
        assert "".join(found.json()) == json.dumps(found.to_json(), indent=2, ensure_ascii=False) + "\n"

    def test_a_file_is_replaced_whole_or_not_at_all(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "results.json"
        write_whole(path, "old")
        monkeypatch.setattr(results.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(MachineryError, match="disk full"):
            write_whole(path, "new")
        assert path.read_text() == "old"
        assert os.listdir(tmp_path) == ["results.json"]

    def test_others_may_read_it(self, tmp_path: Path) -> None:
        write_whole(tmp_path / "a", "text\n")
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644
        assert (tmp_path / "a").read_bytes() == b"text\n"
