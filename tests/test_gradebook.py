"""gradebook.db, read and written by nbgrader's own commands and its own API."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import main
from autograder.errors import UsageError
from autograder.exercise import Course
from autograder.gradebook import FILE, GradebookProcess, apply_overrides, overrides, process
from autograder.report.reading import read_record
from autograder.results import (
    CheckResult,
    CheckStatus,
    ExerciseResult,
    Isolation,
    Record,
    SubmissionResult,
    points_of,
    write_record,
)

NO_VENV = {**os.environ, "PATH": "/usr/bin:/bin"}  # an environment that nobody has activated
VENV = {**os.environ, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}

Change = Callable[..., None]


@pytest.fixture(scope="module", autouse=True)
def api() -> Any:
    """nbgrader's API."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nbgrader.api
        import nbgrader.plugins

    return nbgrader.api


@pytest.fixture
def gradebook(api: Any, tmp_path: Path) -> Iterator[Any]:
    """The gradebook in tmp_path as nbgrader opens it; a test asks for it once there is one."""
    opened = []

    def open_it() -> Any:
        opened.append(api.Gradebook(f"sqlite:///{tmp_path / FILE}"))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


def check(name: str, status: CheckStatus = "passed", points: float = 2.0, **more: Any) -> CheckResult:
    score = points if status == "passed" else 0.0
    return CheckResult(name, "value", f"{name} holds.", status, score, points, **more)


def graded(id: str, *checks: CheckResult) -> ExerciseResult:
    score, points = points_of(checks)
    return ExerciseResult(id, "graded", score, points, checks=checks, digest="sha256:0", seconds=0.5)


def a_class() -> Record:
    """One who has everything, one who lost marks, one who handed in nothing, one whom we could not grade."""
    wrong = check("one/values", "failed", message="all differ", misconception="halved", hint="Do not halve.")
    right = graded("one", check("one/shapes"), check("one/values"))
    return record(
        ("ada", right, graded("two", check("two/interface", points=0.1))),
        ("ben", graded("one", check("one/shapes"), wrong), graded("two", check("two/interface", "blocked", 0.1))),
        ("cem", *(ExerciseResult(id, "missing", 0.0, points, "not handed in") for id, points in POINTS.items())),
        ("dua", ExerciseResult("one", "ungraded", None, 4.0, "a secret path"), REJECTED),
    )


POINTS = {"one": 4.0, "two": 0.1}
REJECTED = ExerciseResult("two", "rejected", 0.0, 0.1)


def record(*students: tuple[Any, ...], extra_credit: frozenset[str] = frozenset()) -> Record:
    submissions = tuple(SubmissionResult(student, tuple(results)) for student, *results in students)
    exercises = tuple((id, id.title(), points) for id, points in POINTS.items())
    return Record("toy", "cpu", Isolation("uid", ("uid",)), exercises, submissions, extra_credit)


def write(found: Record, out: Path) -> None:
    """As `autograde grade` ends."""
    found = apply_overrides(found, out)
    write_record(found, out)
    with GradebookProcess(out) as gradebook:
        assert gradebook.write(found) == ""


def nbgrader(out: Path, *arguments: str, environment: dict[str, str] = NO_VENV) -> None:
    command = [sys.executable, "-m", "nbgrader", *arguments]
    subprocess.run(command, cwd=out, env=environment, check=True, capture_output=True, timeout=120)


def exported(out: Path, *, by_command: bool = False) -> dict[str, dict[str, str]]:
    """What `nbgrader export` writes. It takes seconds to start, so that but one test runs the command itself."""
    if by_command:
        nbgrader(out, "export", "--to", "exported.csv")
    else:
        from nbgrader.api import Gradebook
        from nbgrader.plugins import CsvExportPlugin

        with Gradebook(f"sqlite:///{out / FILE}") as book:
            CsvExportPlugin(to=str(out / "exported.csv")).export(book)
    with (out / "exported.csv").open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def totals(out: Path) -> dict[str, dict[str, str]]:
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def agree(out: Path, *, by_command: bool = False) -> None:
    """`nbgrader export` and grades.csv say the same of everyone."""
    theirs, ours = exported(out, by_command=by_command), totals(out)
    assert theirs.keys() == ours.keys()
    for student, row in theirs.items():
        if ours[student]["total"]:  # there is none while something is held, where formgrader shows what waits
            assert float(row["score"]) == pytest.approx(float(ours[student]["total"]), abs=1e-9)
        assert float(row["max_score"]) == pytest.approx(float(ours[student]["out_of"]), abs=1e-9)


class TestWithNbgrader:
    def test_its_export_gives_the_totals_of_grades_csv(self, tmp_path: Path) -> None:
        write(a_class(), tmp_path)
        assert {student: row["total"] for student, row in totals(tmp_path).items()} == {
            "ada": "4.1", "ben": "2", "cem": "0", "dua": "",
        }  # fmt: skip
        agree(tmp_path, by_command=True)

    def test_its_database_is_of_the_version_that_nbgrader_makes(
        self, tmp_path: Path, api: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Made without `alembic` on the PATH, and upgraded by it to no other version and no other content."""
        write(a_class(), tmp_path)
        query = "SELECT version_num FROM alembic_version"
        with closing(sqlite3.connect(tmp_path / FILE)) as connection:
            before = connection.execute(query).fetchall(), list(connection.iterdump())
        nbgrader(tmp_path, "db", "upgrade", environment=VENV)
        with closing(sqlite3.connect(tmp_path / FILE)) as connection:
            assert (connection.execute(query).fetchall(), list(connection.iterdump())) == before
        monkeypatch.setenv("PATH", VENV["PATH"])
        assert before[0] == [(api.get_alembic_version(),)]

    def test_cells_are_called_as_in_the_notebooks(self, tmp_path: Path, gradebook: Any) -> None:
        write(a_class(), tmp_path)
        notebooks = {each.name: each for each in gradebook().find_assignment("toy").notebooks}
        cells = {name: {cell.name: cell.max_score for cell in each.grade_cells} for name, each in notebooks.items()}
        assert cells == {"one": {"one-shapes": 2.0, "one-values": 2.0}, "two": {"two-interface": 0.1}}
        assert [cell.name for cell in notebooks["one"].solution_cells] == ["one-solution"]

    def test_what_could_not_be_graded_waits_for_a_person(self, tmp_path: Path, gradebook: Any) -> None:
        write(a_class(), tmp_path)
        book = gradebook()
        waiting = {each.student.id for each in book.db.query(type(book.find_submission("toy", "ada"))).all()
                   if each.needs_manual_grade}  # fmt: skip
        assert waiting == {"dua"}
        assert book.find_grade("one-shapes", "one", "toy", "dua").auto_score is None
        assert book.find_grade("one-shapes", "one", "toy", "cem").auto_score == 0.0

    def test_comments_say_what_was_wrong_and_give_the_hint(self, tmp_path: Path, gradebook: Any) -> None:
        write(a_class(), tmp_path)
        book = gradebook()
        comment = book.find_comment("one-solution", "one", "toy", "ben").auto_comment
        assert comment == "one/values holds. (0/2)\nall differ\nHint: Do not halve."
        assert book.find_comment("one-solution", "one", "toy", "ada").auto_comment is None
        assert "secret" not in book.find_comment("one-solution", "one", "toy", "dua").auto_comment

    def test_extra_exercises_count_on_top(self, tmp_path: Path) -> None:
        students = [("ada", graded("one", check("one/a", points=4)),
                     replace(graded("two", check("two/a", points=0.1)), extra_credit=True))]  # fmt: skip
        write(record(*students, extra_credit=frozenset({"two"})), tmp_path)
        assert (totals(tmp_path)["ada"]["total"], totals(tmp_path)["ada"]["out_of"]) == ("4.1", "4")
        agree(tmp_path)

    def test_what_nobody_could_get_is_not_in_its_maximum(self, tmp_path: Path) -> None:
        students = [("ada", graded("one", check("one/a"), check("one/gpu", "skipped")), graded("two", check("two/a")))]
        write(record(*students), tmp_path)
        assert totals(tmp_path)["ada"]["out_of"] == "4"
        agree(tmp_path)

    def test_a_check_that_is_gone_goes_and_a_new_one_comes(self, tmp_path: Path, gradebook: Any) -> None:
        write(a_class(), tmp_path)
        students = [
            ("ada", graded("one", check("one/new", points=4)), graded("two", check("two/interface", points=0.1)))
        ]
        write(record(*students), tmp_path)
        assert [cell.name for cell in gradebook().find_notebook("one", "toy").grade_cells] == ["one-new"]
        assert float(exported(tmp_path)["ada"]["score"]) == pytest.approx(4.1)

    def test_an_exercise_that_nobody_handed_in_has_its_points(self, tmp_path: Path, gradebook: Any) -> None:
        nothing = [ExerciseResult(id, "missing", 0.0, points) for id, points in POINTS.items()]
        write(record(("ada", *nothing)), tmp_path)
        agree(tmp_path)
        write(a_class(), tmp_path)
        assert "one" not in {cell.name for cell in gradebook().find_notebook("one", "toy").grade_cells}
        agree(tmp_path)

    def test_names_that_sql_and_spreadsheets_dislike(self, tmp_path: Path) -> None:
        students = ["o'brien; DROP TABLE grade", "李雷", "=1+1", "a b"]
        write(record(*((each, graded("one", check("one/a", points=4)), REJECTED) for each in students)), tmp_path)
        assert {float(row["score"]) for row in exported(tmp_path).values()} == {4.0}


class TestByHand:
    @pytest.fixture
    def change(self, tmp_path: Path, api: Any) -> Change:
        """What formgrader does when an instructor types a score or a comment."""

        def change(student: str, exercise: str, cell: str, **values: Any) -> None:
            with api.Gradebook(f"sqlite:///{tmp_path / FILE}") as book:
                if "manual_comment" in values:
                    found = book.find_comment(cell, exercise, "toy", student)
                else:
                    found = book.find_grade(cell, exercise, "toy", student)
                    found.needs_manual_grade = False
                for key, value in values.items():
                    setattr(found, key, value)
                book.db.commit()

        return change

    def test_scores_survive_and_reach_every_file(
        self, tmp_path: Path, change: Change, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write(a_class(), tmp_path)
        change("ben", "one", "one-values", manual_score=1.5)
        change("ada", "two", "two-interface", extra_credit=0.5)
        change("cem", "one", "one-shapes", manual_score=1.0)
        change("ben", "one", "one-solution", manual_comment="Well argued `in` class.")

        assert main(["report", str(tmp_path)]) == 0
        assert f"gradebook: {tmp_path / FILE}" in capsys.readouterr().out

        found = {each["student"]: each for each in json.loads((tmp_path / "results.json").read_text())["submissions"]}
        one = found["ben"]["exercises"][0]
        assert (one["score"], one["comment"], found["ben"]["score"]) == (3.5, "Well argued `in` class.", 3.5)
        assert (one["checks"][1]["score"], one["checks"][1]["auto_score"]) == (1.5, 0.0)
        assert found["ada"]["exercises"][1]["checks"][0]["extra_credit"] == 0.5
        assert found["ada"]["exercises"][1]["score"] == 0.6
        assert (found["cem"]["exercises"][0]["score"], found["cem"]["exercises"][0]["manual_score"]) == (1.0, 1.0)
        agree(tmp_path)
        page = (tmp_path / "feedback" / "ben" / "index.html").read_text()
        assert "Your instructor gave 1.5 of 2 in place of 0." in page
        assert "Well argued <code>in</code> class." in page
        assert "Your instructor gave 1 points." in (tmp_path / "feedback" / "cem" / "index.html").read_text()

        write(a_class(), tmp_path)  # graded again
        assert totals(tmp_path)["ben"]["total"] == "3.5"
        agree(tmp_path)

    def test_what_is_taken_back_is_gone_from_the_record(self, tmp_path: Path, change: Change) -> None:
        write(a_class(), tmp_path)
        before = (tmp_path / "results.json").read_bytes()
        change("ben", "one", "one-values", manual_score=1.5, extra_credit=1.0)
        change("cem", "one", "one-shapes", manual_score=1.0)
        change("dua", "one", "one-shapes", manual_score=0.0)
        assert main(["report", str(tmp_path)]) == 0
        assert main(["report", str(tmp_path)]) == 0  # nothing is given twice
        assert totals(tmp_path)["ben"]["total"] == "4.5"
        assert read_record(tmp_path).submissions[3].exercises[0].score == 0.0
        change("ben", "one", "one-values", manual_score=None, extra_credit=None)
        change("cem", "one", "one-shapes", manual_score=None)
        change("dua", "one", "one-shapes", manual_score=None)
        assert main(["report", str(tmp_path)]) == 0
        assert (tmp_path / "results.json").read_bytes() == before

    def test_a_score_for_work_that_has_changed_is_to_be_looked_at_again(
        self, tmp_path: Path, change: Change, gradebook: Any
    ) -> None:
        write(a_class(), tmp_path)
        change("ben", "one", "one-values", manual_score=1.5)
        write(a_class(), tmp_path)
        assert not gradebook().find_grade("one-values", "one", "toy", "ben").needs_manual_grade
        better = ("ben", graded("one", check("one/shapes"), check("one/values")), graded("two", check("two/interface")))
        write(record(better), tmp_path)
        grade = gradebook().find_grade("one-values", "one", "toy", "ben")
        assert (grade.auto_score, grade.manual_score, grade.needs_manual_grade) == (2.0, 1.5, True)

    def test_a_score_for_a_check_that_is_gone_still_counts(self, tmp_path: Path, change: Change) -> None:
        write(a_class(), tmp_path)
        change("ada", "one", "one-values", manual_score=0.5)
        results = graded("one", check("one/new", points=4)), graded("two", check("two/interface", points=0.1))
        write(record(("ada", *results)), tmp_path)
        assert totals(tmp_path)["ada"]["total"] == "4.6"
        assert float(exported(tmp_path)["ada"]["score"]) == pytest.approx(4.6)

    def test_a_whole_run_keeps_them(
        self, make_course: Callable[..., Course], tmp_path: Path, change: Change, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """The command itself, twice, with an instructor in between."""
        public = tmp_path / "course" / "reference" / "double" / "test_public.py"
        course = make_course()
        shutil.copy(public, course.root / "reference" / "quadruple" / "test_public.py")
        handed_in = tmp_path / "class" / "ben"
        handed_in.mkdir(parents=True)
        (handed_in / "double.py").write_text("def double(x): return x / 2\n")
        command = ["grade", str(tmp_path / "class"), "--course", str(course.root), "--out", str(tmp_path)]
        command += ["--require-isolation", "process", "--device", "cpu"]
        assert main(command) == 0
        agree(tmp_path)
        automatic = float(totals(tmp_path)["ben"]["total"])
        change("ben", "double", "double-values", manual_score=1.0)
        assert main(command) == 0
        assert float(totals(tmp_path)["ben"]["total"]) == automatic + 1.0
        assert f"gradebook: {tmp_path / FILE}" in capfd.readouterr().out
        agree(tmp_path)


class TestWhatGoesWrong:
    def test_without_nbgrader_all_else_works_and_a_line_says_how_to_get_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(process, "find_spec", lambda _name: None)
        write_record(a_class(), tmp_path)
        (tmp_path / "grades.csv").unlink()
        assert main(["report", str(tmp_path)]) == 0
        said = capsys.readouterr()
        assert said.err == (
            f"{tmp_path / FILE} is not written: nbgrader is not installed (pip install 'convgrade[nbgrader]')\n"
        )
        assert not (tmp_path / FILE).exists()
        assert (tmp_path / "index.html").is_file()
        assert totals(tmp_path)["ben"]["total"] == "2"

    def test_manual_scores_count_also_where_nbgrader_is_not_installed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(a_class(), tmp_path)
        with closing(sqlite3.connect(tmp_path / FILE)) as connection:
            connection.execute("UPDATE grade SET manual_score = 0.0")
            connection.commit()
        monkeypatch.setattr(process, "find_spec", lambda _name: None)
        assert main(["report", str(tmp_path)]) == 0
        assert {row["total"] for row in totals(tmp_path).values()} == {"0"}

    @pytest.mark.parametrize("content", [b"", b"not a database" * 100, None])
    def test_a_file_that_is_no_whole_gradebook_stops_before_anybody_is_graded(
        self,
        tmp_path: Path,
        content: bytes | None,
        api: Any,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """The last is what nbgrader leaves behind where it does not find `alembic`."""
        if content is None:
            monkeypatch.setenv("PATH", NO_VENV["PATH"])
            with pytest.raises(FileNotFoundError):
                api.Gradebook(f"sqlite:///{tmp_path / FILE}")
        else:
            (tmp_path / FILE).write_bytes(content)
        write_record(a_class(), tmp_path)
        assert main(["report", str(tmp_path)]) == 2
        assert f"{tmp_path / FILE}: cannot be used: " in capsys.readouterr().err

    def test_a_score_that_is_no_number_is_named(self, tmp_path: Path) -> None:
        write(a_class(), tmp_path)
        with closing(sqlite3.connect(tmp_path / FILE)) as connection:
            connection.execute("UPDATE grade SET extra_credit = 9e999 WHERE auto_score = 0.1")
            connection.commit()
        with pytest.raises(UsageError, match="a score of ada for two-interface is no number"):
            apply_overrides(a_class(), tmp_path)

    def test_a_writer_that_fails_leaves_no_half_made_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(process, "book_of", lambda *_: {"assignment": "toy", "due": None, "notebooks": [{}]})
        write_record(a_class(), tmp_path)
        assert main(["report", str(tmp_path)]) == 3
        assert f"{tmp_path / FILE} was not written: KeyError" in capsys.readouterr().err
        assert not [each for each in tmp_path.iterdir() if FILE in each.name]

    def test_a_writer_that_fails_leaves_the_old_one_as_it_was(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(a_class(), tmp_path)
        with closing(sqlite3.connect(tmp_path / FILE)) as connection:
            before = list(connection.iterdump())
        broken = {**process.book_of(a_class(), {}), "students": [{"id": "new", "due": None, "submitted": None}]}
        monkeypatch.setattr(process, "book_of", lambda *_: broken)
        with GradebookProcess(tmp_path) as gradebook:
            assert "KeyError" in gradebook.write(a_class())
        with closing(sqlite3.connect(tmp_path / FILE)) as connection:
            assert list(connection.iterdump()) == before

    def test_one_that_another_program_writes_to_is_left_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(a_class(), tmp_path)
        monkeypatch.setattr(process, "SECONDS", 0.1)
        monkeypatch.setattr(overrides, "_SECONDS", 0.1)
        with closing(sqlite3.connect(tmp_path / FILE)) as other:
            with GradebookProcess(tmp_path) as gradebook:
                other.execute("BEGIN IMMEDIATE")
                assert "in use by another program" in gradebook.write(a_class())
            other.execute("ROLLBACK")
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(UsageError, match="locked by another program"):
                GradebookProcess(tmp_path)


def test_nothing_is_said_where_there_is_nothing_to_say(tmp_path: Path) -> None:
    """The contract's keys and no others, as long as no instructor and no policy has a say."""
    write(a_class(), tmp_path)
    found = json.loads((tmp_path / "results.json").read_text())
    (ada, *_rest) = found["submissions"]
    assert list(ada) == ["student", "score", "points", "exercises"]
    assert list(ada["exercises"][0]) == [
        "id", "status", "score", "points", "message", "follow_through", "digest", "seconds", "checks",
    ]  # fmt: skip
    assert list(ada["exercises"][0]["checks"][0]) == [
        "id", "kind", "title", "status", "score", "points", "message", "misconception", "hint",
    ]  # fmt: skip
    assert list(found["exercises"][0]) == ["id", "title", "points"]
