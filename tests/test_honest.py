"""Honest failure: what our machinery could not grade is held for staff, and nowhere a 0."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from autograder import cli, terminal
from autograder.ci import classroom50, legacy
from autograder.ci import run as ci_run
from autograder.ci.environment import REPORTS, Environment
from autograder.ci.findings import findings
from autograder.ci.grading import Graded
from autograder.ci.summary import summary
from autograder.errors import MachineryError
from autograder.export.gradescope import results_of
from autograder.export.junit import junit_xml
from autograder.fingerprint import Fingerprint
from autograder.gradebook import GradebookProcess
from autograder.report.pages import report
from autograder.results import CheckResult, ExerciseResult, Isolation, Record, SubmissionResult, write_record
from autograder.sandbox import warm as warm_module
from autograder.submission import Submission

REASON = "the grading process died (status 9)"
FINE = ExerciseResult(
    "fine", "graded", 7.0, 7.0, checks=(CheckResult("fine/all", "value", "It holds.", "passed", 7.0, 7.0),)
)
HELD = ExerciseResult("held", "ungraded", None, 3.0, REASON)
ANN = SubmissionResult("ann", (FINE, HELD))
CLASS = Record(
    "toy", "cpu", Isolation("full"), (("fine", "Fine", 7.0), ("held", "Held back", 3.0)),
    (ANN, SubmissionResult("ben", (FINE, ExerciseResult("held", "missing", 0.0, 3.0, "not handed in")))),
)  # fmt: skip
FINGERPRINT = Fingerprint("0.1.0", "c" * 64, "d" * 64, "2.14", "cpu", "full")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `grade` leaves, with pages and gradebook."""
    out = tmp_path_factory.mktemp("grades")
    write_record(CLASS, out)
    report(out)
    with GradebookProcess(out) as gradebook:
        assert gradebook.write(CLASS) == ""
    return out


def seen(page: str) -> str:
    """What a reader sees of a page."""
    text = re.sub(r"<(style|script|title)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


class TestFiles:
    def test_results_have_no_score(self, out: Path) -> None:
        ann, _ben = json.loads((out / "results.json").read_text())["submissions"]
        assert [each["score"] for each in ann["exercises"]] == [7.0, None]

    def test_the_table_has_an_empty_cell_and_no_total(self, out: Path) -> None:
        rows = list(csv.DictReader(io.StringIO((out / "grades.csv").read_text())))
        assert rows == [
            {"student": "ann", "fine": "7", "held": "", "total": "", "out_of": "10"},
            {"student": "ben", "fine": "7", "held": "0", "total": "7", "out_of": "10"},
        ]

    def test_the_gradebook_waits_for_a_person(self, out: Path) -> None:
        with closing(sqlite3.connect(out / "gradebook.db")) as book:
            rows = book.execute(
                "SELECT student_id, base_cell.name, auto_score, needs_manual_grade FROM grade"
                " JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id"
                " JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id"
                " JOIN base_cell ON base_cell.id = cell_id ORDER BY student_id, base_cell.name"
            ).fetchall()
        assert rows == [
            ("ann", "fine-all", 7.0, 0), ("ann", "held", None, 1), ("ben", "fine-all", 7.0, 0), ("ben", "held", 0.0, 0),
        ]  # fmt: skip

    def test_a_comment_says_whose_fault_it_is(self, out: Path) -> None:
        with closing(sqlite3.connect(out / "gradebook.db")) as book:
            comments = [text for (text,) in book.execute("SELECT auto_comment FROM comment") if text]
        assert "This could not be graded through no fault of yours. Staff have been told." in comments


class TestPages:
    def test_the_student_reads_that_it_is_on_hold(self, out: Path) -> None:
        page = seen((out / "feedback" / "ann" / "index.html").read_text())
        assert "This could not be graded through no fault of yours. It has no score yet" in page
        assert "ann on hold" in page
        assert "7/7" in page.replace(" ", "")
        assert not re.search(r"\b0 ?/ ?3|\b7 of 10|\b0 of", page)
        assert "died" not in page
        assert "7 of 10 points" in seen((out / "feedback" / "ben" / "index.html").read_text())

    def test_staff_read_who_waits_and_why(self, out: Path) -> None:
        page = seen((out / "index.html").read_text())
        assert "result that the machinery could not grade" in page
        assert REASON in page
        (row,) = re.findall(r"ann \? \? 7 \? ", page)
        assert row
        assert "Mean score 70 %" in page  # of ben, whose score is one


class TestTerminal:
    def test_table_and_list(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        terminal.show_record(CLASS)
        assert terminal.show_ungraded(CLASS)
        said = capsys.readouterr()
        (ann,) = [line.split() for line in said.out.splitlines() if line.startswith("ann")]
        assert ann == ["ann", "?/10", "7", "ungraded"]
        assert said.err == f"not graded: ann held: {REASON}\n"

    def test_a_check_that_could_not_run_lost_no_marks(
        self, tmp_path: Path, make_course: Callable[..., Any], monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        class Gone:
            def ready(self) -> None: ...
            def spawn(self, **options: Any) -> Any:
                raise MachineryError("warm-process-gone", reason="killed")

        course = make_course()
        public = tmp_path / "exercises" / "double"
        public.mkdir(parents=True)
        for name in ("exercise.yaml", "test_public.py"):
            (public / name).write_text((course.root / "reference" / "double" / name).read_text())
        (public / "double.py").write_text("def double(x): return 2 * x\n")
        monkeypatch.setattr(warm_module, "WarmProcess", lambda: nullcontext(Gone()))
        assert cli.main(["check", str(public / "double.py")]) == 3
        assert "Twice as much: ungraded: the warm process is not there: killed" in capsys.readouterr().out


class TestExports:
    def test_gradescope_shows_no_total(self) -> None:
        told = results_of(CLASS, ANN, "visible")
        assert [(each["name"], each["visibility"]) for each in told["tests"]] == [
            ("Fine: It holds.", "visible"), ("Held back: not graded yet", "hidden"),
        ]  # fmt: skip

    def test_junit_has_an_error_and_no_score(self) -> None:
        ann, ben = ElementTree.fromstring(junit_xml(CLASS).partition("\n")[2])
        assert ann.attrib["errors"] == "1"
        assert ann.attrib["failures"] == "0"
        assert [each.attrib["name"] for each in ann.findall("properties/property")] == ["max_score"]
        assert [each.attrib["name"] for each in ann.findall("testcase[@name='held']//property")] == ["max_score"]
        assert ben.find("properties/property[@name='score']").attrib["value"] == "7"  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("format", "sheet", "kept"),
        [
            ("canvas", "Student,ID,SIS Login ID,Section,toy,held\n    Points Possible,,,,10,3\n"
             "A,1,ann,x,,\nB,2,ben,x,,\n",
             "A,1,ann,x,,\nB,2,ben,x,7,0\n"),
            ("moodle", "Identifier,Full name,Grade\nParticipant 1,ann,-\nParticipant 2,ben,-\n",
             "Participant 1,ann,-\nParticipant 2,ben,7\n"),
        ],
    )  # fmt: skip
    def test_sheets_stay_as_they_are(
        self, out: Path, tmp_path: Path, format: str, sheet: str, kept: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "sheet.csv").write_text(sheet)
        to = tmp_path / "filled.csv"
        arguments = ["--format", format, "--sheet", str(tmp_path / "sheet.csv"), "--to", str(to)]
        assert cli.main(["export", str(out), *arguments]) == 0
        assert to.read_text().endswith(kept)
        assert "left as it is, not graded yet: ann" in capsys.readouterr().err


class TestPush:
    """`ci`, as each of its reports tells it."""

    RECORD = Record("toy", "cpu", Isolation("full"), CLASS.exercises, (ANN,))

    def test_the_summary_has_no_total(self) -> None:
        found = findings(self.RECORD, Submission("ann", {}), {"fine": (), "held": ()})
        text = summary(self.RECORD, found, [], FINGERPRINT, hidden=True)
        assert text.startswith("## Grading: – / 10\n")
        assert "| held | – | 3 | ungraded |" in text
        assert found[0].title == "could not be graded, through no fault of yours"

    def test_the_old_reporter_is_told_of_an_error_and_no_points(self) -> None:
        told = json.loads(base64.b64decode(legacy.result(ANN)))
        assert (told["status"], told["max_score"]) == ("error", 0.0)
        assert [(each["name"], each["status"]) for each in told["tests"]] == [("held", "error")]

    @pytest.mark.parametrize("report_of", REPORTS)
    def test_it_ends_with_3_and_leaves_no_result_that_counts(
        self, report_of: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        variables = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(tmp_path / "output")}
        there = Environment.of(variables, report_of)
        monkeypatch.chdir(tmp_path)
        outcome = ci_run._Outcome(Graded(self.RECORD, ()), Submission("ann", {}), [], [], FINGERPRINT, True)
        assert ci_run._tell(outcome, there, tmp_path, outcome.record.submissions[0].is_held) == 3
        assert not (tmp_path / classroom50.FILE).exists()
