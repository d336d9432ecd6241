"""Exports, each by the rules of the system that is to read it; sheets of Canvas and Moodle kept to the byte."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.cli import main
from autograder.errors import UsageError
from autograder.export import VISIBILITIES
from autograder.export.gradescope import results_of
from autograder.export.junit import junit_xml
from autograder.export.matching import match
from autograder.export.sheet import read_sheet
from autograder.results import (
    CheckResult,
    CheckStatus,
    ExerciseResult,
    Isolation,
    Late,
    Record,
    SubmissionResult,
    points_of,
    write_record,
)

TITLES = {"corr": "Correlation, and convolution", "extra": "For the curious"}
POINTS = {"corr": 8.0, "extra": 2.0}


def check(name: str, status: CheckStatus = "passed", points: float = 4.0, **more: Any) -> CheckResult:
    score = points if status == "passed" else 0.0
    return CheckResult(name, "value", "It holds.", status, score, points, **more)


def graded(id: str, *checks: CheckResult, **more: Any) -> ExerciseResult:
    score, points = points_of(checks)
    return ExerciseResult(id, "graded", score, points, checks=checks, seconds=0.25, **more)


def student(name: str, *statuses: CheckStatus, late: Late | None = None) -> SubmissionResult:
    checks = [check(f"corr/c{n}", each, message="odd") for n, each in enumerate(statuses)]
    extra = graded("extra", check("extra/a", points=2.0), extra_credit=True)
    return SubmissionResult(name, (graded("corr", *checks), extra), late)


def record(*submissions: SubmissionResult) -> Record:
    exercises = tuple((id, TITLES[id], points) for id, points in POINTS.items())
    return Record("cnn", "cpu", Isolation("uid", ("uid",)), exercises, submissions, frozenset({"extra"}))


HELD = SubmissionResult(
    "held", (ExerciseResult("corr", "ungraded", None, 8.0, "our fault"), student("x", "passed").exercises[1])
)
NOTHING = SubmissionResult(
    "nothing",
    (
        ExerciseResult("corr", "missing", 0.0, 8.0, "no"),
        ExerciseResult("extra", "missing", 0.0, 2.0, extra_credit=True),
    ),
)
LATE = Late("2026-12-01T12:00:00+00:00", "2026-12-02T11:00:00+00:00", 82800.0, 0.9)
CLASS = record(
    student("ada", "passed", "passed"),
    student("ben", "passed", "failed", late=LATE),
    student("cem", "raised", "blocked"),
    student("dua", "passed", "skipped"),
    HELD,
    NOTHING,
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    write_record(CLASS, tmp_path / "grades")
    return tmp_path / "grades"


# --- sheets --------------------------------------------------------------------------------------------------

CANVAS = (
    b"Student,ID,SIS User ID,SIS Login ID,Section,Warm-up (11),cnn (42),corr (43),cnn Final Score,Final Score\r\n"
    b",,,,,Manual Posting,,,,\r\n"
    b"    Points Possible,,,,,5,20,8,(read only),(read only)\r\n"
    b'"Lovelace, Ada",101,S1,ada,L1,4.5,,,12.5,12.5\r\n'
    b'"Bell, Ben",102,S2,ben@uni.edu,"L1, and L2",,7,"3.00",12.5,12.5\r\n'
    b'"O\'Neil, Cem ""C""",103,cem,cem@uni.edu,L1,,EX,,,\r\n'
    b"=cmd|x!A1,104,held,h@uni.edu,L1,,1.5,,,\r\n"
    b'"Student, Test",105,,t123,L1,,,,,\r\n'
)


def cells(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


class TestCanvas:
    @pytest.fixture
    def sheet(self, tmp_path: Path) -> Path:
        path = tmp_path / "downloaded.csv"
        path.write_bytes(CANVAS)
        return path

    def test_who_is_who_comes_from_ids_logins_and_a_file(
        self, out: Path, sheet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "people.csv").write_text("student;mail\nben;BEN@uni.edu \nnobody;t123\n", encoding="utf-8-sig")
        command = ["export", str(out), "--format", "canvas", "--sheet", str(sheet)]
        assert main([*command, "--people", str(tmp_path / "people.csv")]) == 0

        filled = (out / "exports" / "downloaded.csv").read_bytes()
        expected = CANVAS.replace(b"L1,4.5,,,12.5", b"L1,4.5,25,8,12.5")  # 10 of 8 points, where 20 are to be had
        expected = expected.replace(b'L2",,7,"3.00"', b'L2",,13.5,"3.6"')  # 5.4 of 8 after the penalty
        expected = expected.replace(b"L1,,EX,,,", b"L1,,EX,0,,")
        assert filled == expected
        assert sheet.read_bytes() == CANVAS
        said = capsys.readouterr().err
        assert "`cnn`: scaled from our 8 points to the sheet's 20" in said
        assert "1 row is nobody's who handed in: Student, Test (8)" in said
        assert "2 students have no row: dua, nothing" in said
        assert "left as it is, not graded yet: held" in said
        assert "left as it is, excused: cem" in said

    def test_without_a_match_nobody_is_guessed(
        self, out: Path, sheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sheet.write_bytes(CANVAS.replace(b"ada", b"adb").replace(b"cem,", b"cen,").replace(b",held,", b",heldt,"))
        assert main(["export", str(out), "--format", "canvas", "--sheet", str(sheet)]) == 2
        assert "no row is anybody's who handed in [sheet-nobody]" in capsys.readouterr().err

    def test_ambiguous_rows_are_reported_and_left(
        self, out: Path, sheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        doubtful = CANVAS.replace(b",S1,ada,", b",dua,ada,").replace(b",105,,t123,", b",105,,cem,")
        sheet.write_bytes(doubtful.replace(b",S2,ben@", b",ben,ben@"))
        assert main(["export", str(out), "--format", "canvas", "--sheet", str(sheet)]) == 0
        said = capsys.readouterr().err
        assert "row 4, Lovelace, Ada: ambiguous, it may be ada, dua; left as it is" in said
        assert 'row 6, O\'Neil, Cem "C": ambiguous, it may be cem; left as it is' in said
        assert "row 8, Student, Test: ambiguous, it may be cem; left as it is" in said
        rows = cells((out / "exports" / "downloaded.csv").read_bytes())
        assert [row[6] for row in rows[3:]] == ["", "13.5", "EX", "1.5", ""]

    def test_a_column_can_be_named(self, out: Path, sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
        command = ["export", str(out), "--format", "canvas", "--sheet", str(sheet), "--column"]
        assert main([*command, "Warm-up"]) == 0
        rows = cells((out / "exports" / "downloaded.csv").read_bytes())
        assert [row[5:8] for row in rows[3:5]] == [["6.25", "", ""], ["", "7", "3.00"]]
        assert main([*command, "Warm-up (11)"]) == 0
        assert main([*command, "warm"]) == 2
        said = capsys.readouterr().err
        assert "no column is called `warm`" in said
        assert "choose one with --column: `Warm-up`, `cnn`, `corr`" in said

    def test_a_column_that_canvas_computes_is_not_filled(
        self, out: Path, sheet: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sheet.write_bytes(CANVAS.replace(b",20,8,", b",(read only),8,"))
        assert main(["export", str(out), "--format", "canvas", "--sheet", str(sheet)]) == 2
        assert "`cnn` is read only" in capsys.readouterr().err

    def test_semicolons_decimal_commas_and_a_byte_order_mark_stay(self, out: Path, sheet: Path) -> None:
        european = (
            "\ufeffStudent;ID;SIS Login ID;Section;cnn (1)\nPoints Possible;;;;8\nAda;1;ada;L;2,5\nBen;2;ben;L;\n"
        )
        sheet.write_text(european, encoding="utf-8", newline="")
        assert main(["export", str(out), "--format", "canvas", "--sheet", str(sheet)]) == 0
        filled = (out / "exports" / "downloaded.csv").read_bytes().decode()
        assert filled == european.replace("2,5", "10").replace("ben;L;", "ben;L;5,4")

    def test_the_sheet_itself_is_changed_only_if_it_is_named(
        self, out: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sheet = out / "exports" / "own.csv"
        sheet.parent.mkdir()
        sheet.write_bytes(CANVAS)
        command = ["export", str(out), "--format", "canvas", "--sheet", str(sheet)]
        assert main(command) == 2
        assert "is the sheet itself [sheet-itself]" in capsys.readouterr().err
        assert sheet.read_bytes() == CANVAS
        assert main([*command, "--to", str(sheet)]) == 0
        assert sheet.read_bytes() != CANVAS

    def test_the_id_in_the_name_of_a_download_is_known(self, tmp_path: Path) -> None:
        write_record(record(student("lovelaceada_LATE_101_9001_work", "passed")), tmp_path / "grades")
        (tmp_path / "c.csv").write_bytes(CANVAS)
        assert main(["export", str(tmp_path / "grades"), "--format", "canvas", "--sheet", str(tmp_path / "c.csv")]) == 0
        rows = cells((tmp_path / "grades" / "exports" / "c.csv").read_bytes())
        assert [row[7] for row in rows[3:5]] == ["8", "3.00"]


MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),"
    "Last modified (grade),Feedback comments\n"
    'Participant 7001,Ada Lovelace,ada,"Submitted for grading",,"8,00",Yes,"Tuesday, 1 December 2026, 12:00 PM",-,\n'
    'Participant 7002,Ben Bell,ben@uni.edu,"Submitted for grading","3,50","8,00",Yes,-,-,"=HYPERLINK(""x"")"\n'
    'Participant 7003,Zoe,zoe@uni.edu,"No submission",,"8,00",Yes,-,-,\n'
)


class TestMoodle:
    @pytest.fixture
    def sheet(self, tmp_path: Path) -> Path:
        path = tmp_path / "worksheet.csv"
        path.write_text(MOODLE, encoding="utf-8", newline="")
        return path

    def test_grades_go_in_as_the_sheet_writes_numbers(
        self, sheet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        found = record(
            CLASS.submissions[0], student("Ben Bell_7002_assignsubmission_file_", "passed", "failed", late=LATE)
        )
        write_record(found, tmp_path / "grades")
        assert main(["export", str(tmp_path / "grades"), "--format", "moodle", "--sheet", str(sheet)]) == 0
        filled = (tmp_path / "grades" / "exports" / "worksheet.csv").read_bytes().decode()
        assert filled == MOODLE.replace('grading",,', 'grading",10,').replace('"3,50"', '"5,4"')
        assert "1 row is nobody's who handed in: Participant 7003 (4)" in capsys.readouterr().err

    def test_other_languages_name_the_column(self, out: Path, sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
        german = MOODLE.replace("Grade,Maximum Grade", "Bewertung,Bestwertung").replace("Participant ", "Teilnehmer/in")
        sheet.write_text(german, encoding="utf-8", newline="")
        command = ["export", str(out), "--format", "moodle", "--sheet", str(sheet)]
        assert main(command) == 2
        assert "no column is called `Grade` [sheet-no-column]" in capsys.readouterr().err
        assert main([*command, "--column", "Bewertung"]) == 0
        filled = (out / "exports" / "worksheet.csv").read_bytes().decode()
        assert filled == german.replace('grading",,', 'grading",10,')

    def test_another_maximum_scales(self, out: Path, sheet: Path, capsys: pytest.CaptureFixture[str]) -> None:
        sheet.write_text(MOODLE.replace("8,00", "100,00"), encoding="utf-8", newline="")
        assert main(["export", str(out), "--format", "moodle", "--sheet", str(sheet)]) == 0
        assert '"Submitted for grading",125,"100,00"' in (out / "exports" / "worksheet.csv").read_text()
        assert "scaled from our 8 points to the sheet's 100" in capsys.readouterr().err


class TestSheet:
    @given(
        rows=st.lists(st.lists(st.text(alphabet='ab",;\t\n =é'), min_size=2, max_size=4), min_size=2, max_size=5),
        delimiter=st.sampled_from(",;\t"), end=st.sampled_from(["\n", "\r\n"]), bom=st.booleans(),
        quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )  # fmt: skip
    def test_what_is_read_is_written_back_to_the_byte(
        self, rows: Any, delimiter: str, end: str, bom: bool, quoting: Any, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        header = [f"column {n}" for n in range(9)]  # more than any other character parts it into
        path = tmp_path_factory.mktemp("sheet") / "a.csv"
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([header, *rows])
        data = ("\ufeff" * bom + text.getvalue()).encode()
        path.write_bytes(data)
        sheet = read_sheet(path)
        assert sheet.text().encode() == data
        assert [sheet.cells(row) for row in range(len(sheet.rows))] == [header, *rows]

    @pytest.mark.parametrize(
        "content", [b"", b"one\ntwo\n", b"a,b\n", "Student,ID\nÄ,1\n".encode("latin-1"), b"\xff\xfea\0"]
    )
    def test_what_is_no_sheet_is_refused(
        self, out: Path, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "x.csv").write_bytes(content)
        with pytest.raises(UsageError):
            read_sheet(tmp_path / "x.csv")
        for format in ("canvas", "moodle"):
            assert main(["export", str(out), "--format", format, "--sheet", str(tmp_path / "x.csv")]) == 2
        assert str(tmp_path / "x.csv") in capsys.readouterr().err

    def test_a_wrong_call_is_a_usage_error(self, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["export", str(out), "--format", "moodle"]) == 2
        assert main(["export", str(out), "--format", "junit", "--sheet", "x.csv"]) == 2
        assert main(["export", str(out / "no"), "--format", "junit"]) == 2
        assert main(["export", str(out), "--format", "moodle", "--sheet", str(out / "no.csv")]) == 2
        assert "Traceback" not in capsys.readouterr().err


def test_matching_goes_by_the_letter() -> None:
    rows = {1: ["ADA", "x"], 2: ["ben ", ""], 3: ["be"], 4: ["eve", "fay"], 5: ["", ""], 6: ["gus"], 7: ["gus"]}
    names = {each: {each, ""} for each in ("ada", "ben", "cem", "eve", "fay", "gus")}
    found = match(rows, names)
    assert found.rows == {1: "ada", 2: "ben"}
    assert found.unmatched_rows == (3, 5)
    assert found.unmatched_students == ("cem",)
    assert found.ambiguous_rows == {4: ("eve", "fay"), 6: ("gus",), 7: ("gus",)}


# --- Gradescope ----------------------------------------------------------------------------------------------

TOP = {"score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility",
       "stdout_visibility", "extra_data", "tests"}  # fmt: skip
TEST = {"score", "max_score", "status", "name", "number", "output", "output_format", "tags", "visibility", "extra_data"}


class TestGradescope:
    @pytest.mark.parametrize("visibility", VISIBILITIES)
    def test_it_keeps_to_the_specification(self, visibility: str) -> None:
        for each in CLASS.submissions:
            found = json.loads(json.dumps(results_of(CLASS, each, visibility), allow_nan=False))
            assert found.keys() <= TOP
            assert found["score"] == each.score
            assert {found["visibility"], found["stdout_visibility"]} <= set(VISIBILITIES)
            numbers = [test["number"] for test in found["tests"]]
            assert len(set(numbers)) == len(numbers)
            for test in found["tests"]:
                assert test.keys() <= TEST
                assert test.get("status", "passed") in ("passed", "failed")
                assert test["visibility"] in VISIBILITIES
                assert test["output_format"] == "text"
                assert all(isinstance(test[key], str) for key in ("name", "number", "output"))
                assert all(isinstance(test[key], (int, float)) for key in ("score", "max_score"))
            assert sum(test["max_score"] for test in found["tests"]) == each.points
            lost = each.penalty if each.late else 0.0
            assert sum(test["score"] for test in found["tests"]) - lost == pytest.approx(found["score"])

    def test_what_is_not_graded_yet_is_hidden_and_the_total_with_it(self) -> None:
        tests = results_of(CLASS, HELD, "visible")["tests"]
        assert [test["visibility"] for test in tests] == ["hidden", "visible"]

    def test_extra_credit_and_what_does_not_count_here_have_no_maximum(self) -> None:
        tests = results_of(CLASS, CLASS.submissions[3], "visible")["tests"]
        assert [(test["score"], test["max_score"], test.get("status")) for test in tests] == [
            (4.0, 4.0, "passed"), (0.0, 0.0, None), (2.0, 0.0, "passed"),
        ]  # fmt: skip

    def test_each_student_gets_a_file(self, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["export", str(out), "--format", "gradescope", "--visibility", "after_due_date"]) == 0
        to = Path(capsys.readouterr().out.strip())
        found = {each.parent.name: json.loads(each.read_text()) for each in to.glob("*/results.json")}
        assert found.keys() == {each.student for each in CLASS.submissions}
        assert {test["visibility"] for test in found["ada"]["tests"]} == {"after_due_date"}
        assert "0.6 points are taken off" in found["ben"]["output"]


# --- JUnit ---------------------------------------------------------------------------------------------------

# What family xunit2 has: attributes, the required ones first; children in their order.
RULES: dict[str, tuple[set[str], set[str], list[str]]] = {
    "testsuites": ({"name"}, {"time", "tests", "failures", "errors"}, ["testsuite"]),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"skipped", "time", "timestamp", "hostname", "id", "package"}, ["properties", "testcase"],
    ),
    "testcase": ({"name", "classname"}, {"time"}, ["properties", "failure", "error", "skipped", "system-out"]),
    "properties": (set(), set(), ["property"]),
    "property": ({"name", "value"}, set(), []),
    "failure": ({"message"}, {"type"}, []),
    "error": ({"message"}, {"type"}, []),
    "skipped": ({"message"}, {"type"}, []),
}  # fmt: skip


def obeys(element: ElementTree.Element) -> None:
    required, optional, children = RULES[element.tag]
    assert required <= set(element.keys()) <= required | optional
    assert re.fullmatch(r"\d+\.\d{3}", element.get("time", "0.000"))
    places = [children.index(child.tag) for child in element]
    assert places == sorted(places)
    for child in element:
        obeys(child)


class TestJUnit:
    def test_it_keeps_to_the_form(self, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["export", str(out), "--format", "junit"]) == 0
        root = ElementTree.parse(capsys.readouterr().out.strip()).getroot()
        obeys(root)
        for suite in root:
            cases = suite.findall("testcase")
            assert int(suite.get("tests", "")) == len(cases)
            for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
                assert int(suite.get(attribute, "")) == sum(case.find(kind) is not None for case in cases)

    def test_faults_are_told_apart(self) -> None:
        root = ElementTree.fromstring(junit_xml(CLASS))
        found = {
            (suite.get("name"), case.get("name")): [child.tag for child in case if child.tag != "properties"]
            for suite in root for case in suite.iter("testcase")
        }  # fmt: skip
        assert found["ada", "c0"] == []
        assert found["ben", "c1"] == ["failure"]
        assert [found["cem", name] for name in ("c0", "c1")] == [["failure"], ["skipped"]]
        assert found["dua", "c1"] == ["skipped"]
        assert found["held", "corr"] == ["error"]
        assert found["nothing", "corr"] == ["failure"]

    def test_points_are_properties_and_sum_up(self) -> None:
        for suite in ElementTree.fromstring(junit_xml(CLASS)):
            own = {each.get("name"): float(each.get("value", "")) for each in suite.find("properties") or ()}
            cases = [
                {each.get("name"): float(each.get("value", "")) for each in case.iter("property")}
                for case in suite.iter("testcase")
            ]
            if suite.get("name") == "held":
                assert "score" not in own
            else:
                assert sum(each["score"] for each in cases) - own.get("late_penalty", 0.0) == pytest.approx(
                    own["score"]
                )
            assert sum(each["max_score"] for each in cases) == own["max_score"]

    @given(text=st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=30))
    def test_it_can_say_anything(self, text: str) -> None:
        lost = check("corr/c0", "failed", message=text, hint=text, misconception=text)
        root = ElementTree.fromstring(junit_xml(record(SubmissionResult(text, (graded("corr", lost),)))).encode())
        obeys(root)

    def test_characters_that_xml_has_not_are_written_as_pytest_writes_them(self) -> None:
        lost = check("corr/c0", "failed", message="a\x1b\x7f\ufffe<&>")
        failure = ElementTree.fromstring(junit_xml(record(SubmissionResult("a", (graded("corr", lost),))))).find(
            ".//failure"
        )
        assert failure is not None
        assert failure.get("message") == "a#x1B#x7F#xFFFE<&>"
