"""What `autograde ci` writes, piece by piece: commands, summary, the old reporter's result."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from autograder.ci import legacy
from autograder.ci.commands import Annotation, set_output, silence
from autograder.ci.environment import Environment
from autograder.ci.findings import Finding, findings
from autograder.ci.summary import LIMIT, plain, summary
from autograder.fingerprint import Fingerprint
from autograder.results import CheckResult, ExerciseResult, ExerciseStatus, Isolation, Record, SubmissionResult
from autograder.submission import Source, Submission

FINGERPRINT = Fingerprint("0.1.0", "c" * 64, "d" * 64, "2.14", "cpu", "full")
HOSTILE = "%0A::notice::x,y:z\r\n::add-mask::secret\x1b[31m ##[error]q"


def exercise(id: str, score: float | None, points: float, *checks: CheckResult) -> ExerciseResult:
    status: ExerciseStatus = "ungraded" if score is None else "graded"
    return ExerciseResult(id, status, score, points, checks=checks)


def check(name: str, points: float, message: str = "", *, passed: bool = False) -> CheckResult:
    score = points if passed else 0.0
    return CheckResult(f"work/{name}", "value", name, "passed" if passed else "failed", score, points, message)


def record(*results: ExerciseResult) -> Record:
    exercises = tuple((each.id, each.id, each.points) for each in results)
    return Record("vision", "cpu", Isolation("full"), exercises, (SubmissionResult("ann", results),))


class TestCommands:
    def test_texts_and_properties_are_escaped(self) -> None:
        line = Annotation("error", f"a:b,c{HOSTILE}", HOSTILE, "x,y:z.py", 7).command()
        assert "\n" not in line
        assert "\r" not in line
        assert "\x1b" not in line
        assert line.startswith("::error file=x%2Cy%3Az.py,line=7,title=a%3Ab%2Cc%250A%3A%3Anotice")
        assert line.partition("::error ")[2].count("::") == HOSTILE.count("::") + 1  # those of the text, behind ours

    def test_at_home_it_is_one_line_without_control_characters(self) -> None:
        line = Annotation("warning", "t", HOSTILE, "x.py", 7).line_of_text()
        assert line.startswith("x.py:7: warning: t: ")
        assert "\n" not in line
        assert "\x1b" not in line

    def test_while_silent_no_line_is_a_command_and_the_token_is_new_every_time(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        tokens = set()
        for _ in range(2):
            with silence(on_actions=True):
                print("::error::x", end="")
            first, said, last = filter(None, capsys.readouterr().out.split("\n"))
            assert said == "::error::x"
            assert first == f"::stop-commands::{last.strip(':')}"
            tokens.add(last)
        assert len(tokens) == 2

    def test_commands_are_obeyed_again_after_an_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(ZeroDivisionError), silence(on_actions=True):
            raise ZeroDivisionError
        first, last = filter(None, capsys.readouterr().out.split("\n"))
        assert first.removeprefix("::stop-commands") == last.removesuffix("::")

    def test_an_output_may_hold_lines(self, tmp_path: Path) -> None:
        set_output(tmp_path / "output", "result", "a\nother=b")
        head, *value, end, rest = (tmp_path / "output").read_text().split("\n")
        assert (head, value, rest) == (f"result<<{end}", ["a", "other=b"], "")


class TestFindings:
    TEXT = "import torch\n\n\ndef first(x):\n    return x\n\n\nclass Second:\n    def third(self):\n        return 1\n"

    def found(self, message: str, **source: Any) -> Finding:
        given = Source("work.py", self.TEXT, {"aid": "x\n"}, path="week/work.py")
        submission = Submission("ann", {"work": Source(**{**vars(given), **source})})
        (found,) = findings(
            record(exercise("work", 0.0, 1.0, check("c", 1.0, message))), submission, {"work": ["first"]}
        )
        return found

    @pytest.mark.parametrize(
        ("message", "path", "line"),
        [
            ("`first(x)` raised KeyError at work.py, line 5: `return x`", "week/work.py", 5),
            ("`Second().third()` raised KeyError at aid.py, line 1: `x`", "week/aid.py", 1),
            ("`Second(3)`: the value differs", "week/work.py", 8),
            ("the value differs", "week/work.py", 4),
            ("`other(3)` raised KeyError at other.py, line 1", "week/work.py", 4),
        ],
    )
    def test_the_line_is_the_students(self, message: str, path: str, line: int) -> None:
        found = self.found(message)
        assert (found.path, found.line) == (path, line)

    def test_code_that_does_not_parse_begins_at_its_first_line(self) -> None:
        assert self.found("the value differs", text="def first(:\n").line == 1

    def test_a_notebook_has_cells_and_no_lines(self) -> None:
        found = self.found("raised at work.ipynb, cell 2, line 1", name="work.ipynb", text="x\n", cells=((2, 1),))
        assert (found.path, found.line) == ("week/work.py", None)

    def test_the_worst_is_first_and_what_we_could_not_grade_before_all(self) -> None:
        results = [
            exercise("a", 1.0, 4.0, check("x", 1.0), check("y", 2.0), check("z", 1.0, passed=True)),
            ExerciseResult("b", "missing", 0.0, 3.0, "not handed in"),
            exercise("c", None, 1.0),
        ]
        found = findings(record(*results), Submission("ann", {}), dict.fromkeys("abc", ()))
        assert [(each.exercise, each.lost) for each in found] == [
            ("c", float("inf")), ("b", 3.0), ("a", 2.0), ("a", 1.0),
        ]  # fmt: skip


class TestSummary:
    def test_it_fits_however_much_there_is(self) -> None:
        found = [Finding("work", "title", "<&`x`" * 400, "hint" * 100, 1.0) for _ in range(500)]
        text = summary(record(exercise("work", 0.0, 500.0)), found, [], FINGERPRINT, hidden=True)
        assert LIMIT // 4 < len(text.encode()) < LIMIT
        assert "more are in the feedback pages" in text

    def test_nothing_that_is_quoted_is_markup(self) -> None:
        text = plain("<img src=x> **b** [l](http://e) @all #1 | `c` \u202e\n# h")
        assert not set(text) & set("<>*[]()@|`\n\u202e")
        assert "&#60;img src" in text


def displays(told: dict[str, Any]) -> tuple[float, float]:
    """What the old reporter's table and its notice say of a result."""
    tests = told["tests"]
    passed = [test for test in tests if test["status"] == "pass"]
    return len(passed) / len(tests) * told["max_score"], sum(test["score"] for test in tests)


def told(*results: ExerciseResult) -> dict[str, Any]:
    return json.loads(base64.b64decode(legacy.result(SubmissionResult("ann", results))))


class TestLegacy:
    @pytest.mark.parametrize(
        ("scores", "shown"),
        [
            ([(10.0, 10.0)], 10.0),
            ([(0.0, 10.0), (0.0, 10.0)], 0.0),
            ([(7.25, 10.0), (8.9, 10.0)], 16.15),
            ([(3.875, 10.0)], 3.875),
            ([(9.25, 10.0)] * 8 + [(8.975, 10.0)], 82.875),  # in eighths, each exercise rounded down
            ([(3.0, 5.0), (0.0, 4.0)], 3.0),
        ],
    )
    def test_both_displays_agree(self, scores: list[tuple[float, float]], shown: float) -> None:
        result = told(*(exercise(f"e{number}", *each) for number, each in enumerate(scores)))
        assert displays(result) == pytest.approx((shown, shown))
        assert result["max_score"] == sum(points for _score, points in scores)
        assert (result["status"] == "pass") == all(score == points for score, points in scores)

    def test_it_fits_into_an_environment_variable(self) -> None:
        results = [exercise(f"a_long_name_of_an_exercise_{number}", 9.975, 10.0) for number in range(9)]
        assert 80_000 < len(legacy.result(SubmissionResult("ann", tuple(results)))) < 128 << 10

    def test_what_could_not_be_graded_is_an_error_without_points(self) -> None:
        result = told(exercise("a", 10.0, 10.0), exercise("b", None, 10.0))
        assert (result["status"], result["max_score"], len(result["tests"])) == ("error", 0, 1)


class TestEnvironment:
    def test_it_is_what_the_variables_say(self) -> None:
        assert Environment.of({}, None) == Environment("actions", False, {})
        assert Environment.of({"GITHUB_ACTIONS": "true", "CLASSROOM": "x"}, None).report == "actions"
        assert Environment.of({"CLASSROOM": "x", "ASSIGNMENT": "y", "SUBMISSION_TAG": "z"}, "legacy").report == "legacy"

    def test_a_checkout_below_the_workspace_keeps_its_folder_in_paths(self, tmp_path: Path) -> None:
        environment = Environment.of({"GITHUB_WORKSPACE": str(tmp_path)}, None)
        assert environment.path_in_repository(tmp_path / "week", "a/b.py") == "week/a/b.py"
        assert environment.path_in_repository(tmp_path, "a/b.py") == "a/b.py"
