"""What `validate` proves beside marks: verdicts under other salts, tolerances, chaffs that differ, and its page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.cli import main
from autograder.exercise import Course
from autograder.grading.code import AuthorCode
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.session import GradingSession
from autograder.mutants.likeness import Run
from autograder.proof.margins import of_right

MakeCourse = Callable[..., Course]

WHEAT = '"""Adds."""\ndef double(x):\n    return x + x\n'
TESTS = '''
    import torch

    from autograder import assert_close, check, fail


    @check(kind="interface", points=1)
    def interface(submission):
        """`double` is there."""
        submission.double(torch.ones(2))


    @check(kind="value", points=9, needs=[interface])
    def values(submission):
        """Every element is doubled."""
        x = torch.randn(4)
        BODY
    '''
CHAFF = '"""Divides."""\ndef double(x):\n    return x / 2\n'
SOLUTION = {
    "double/solution.py": '''
        """Twice as much."""

        def double(x):
            """Twice x.

            >>> double(2)
            4
            """
            return 2 * x
        '''
}


def with_body(body: str) -> dict[str, str]:
    return {"double/test_hidden.py": TESTS.replace("BODY", body)}


@pytest.fixture
def proved(make_course: MakeCourse, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Runs the command on the toy course with other files; gives what was found of its first exercise."""

    def proved(files: dict[str, str], *options: str) -> dict[str, Any]:
        course, file = make_course(SOLUTION | files), tmp_path / "proof.json"
        code = main(["validate", "--course", str(course.root), "--exercise", "double", "--json", str(file), *options])
        (found,) = json.loads(file.read_text())
        assert code == (1 if found["problems"] else 0)
        assert all(each in capfd.readouterr().out for each in found["problems"][:1])
        return found  # type: ignore[no-any-return]

    return proved


class TestSalts:
    def test_a_check_that_flakes_is_named_with_file_and_salt(self, proved: Callable[..., Any]) -> None:
        """Under the salts of the toy course the first number has not always the same sign."""
        body = "assert_close(submission.double(x), 2 * x if x[0] > 0 or x[1] > 0 else x)"
        found = proved({"double/wheat/adds.py": WHEAT, **with_body(body)})
        flaking = [each for each in found["problems"] if "flakes" in each]
        assert found["flaky"] == ["double/values"]
        assert {each.partition(":")[0] for each in flaking} >= {"wheat/adds.py", "solution.py"}
        assert all("under salt " in each and "`double(tensor 4)`" in each for each in flaking)

    def test_a_right_exercise_has_none(self, proved: Callable[..., Any]) -> None:
        found = proved({"double/wheat/adds.py": WHEAT})
        assert (found["problems"], found["flaky"]) == ([], [])
        assert sorted(found["named"]) == sorted(found["caught"])


class TestTolerances:
    def test_what_right_and_wrong_ones_use_is_measured(self, proved: Callable[..., Any]) -> None:
        wheat = WHEAT.replace("x + x", "2 * x * (1 + 1e-6)")
        values = proved({"double/wheat/adds.py": wheat})["tolerances"]["values"]
        assert 0.005 < values["used"] < 0.02
        assert values["by"].startswith("wheat/adds.py, `double(")
        assert values["beyond"] > 10

    def test_a_right_one_that_comes_near_is_a_problem(self, proved: Callable[..., Any]) -> None:
        wheat = WHEAT.replace("x + x", "2 * x * (1 + 8e-5)")
        (problem,) = proved({"double/wheat/adds.py": wheat})["problems"]
        assert problem.startswith("wheat/adds.py, `double(")
        assert "of the tolerance of `values`" in problem

    def test_a_wrong_one_that_comes_near_is_a_problem(self, proved: Callable[..., Any]) -> None:
        body = "assert_close(submission.double(x), 2 * x, rtol=0.0, atol=1.9 * float(x.abs().max()))"
        found = proved({**with_body(body), "double/chaff/values/halved.py": CHAFF.replace("x / 2", "-0.05 * x")})
        (problem,) = (each for each in found["problems"] if "times the tolerance of `values`" in each)
        assert problem.startswith("`double` gives zeros, `double(tensor 4)`: wrong, and only 1.1 times")

    def test_the_reference_in_float64_differs_from_a_coarse_one(self, make_course: MakeCourse) -> None:
        coarse = '"""2 x."""\ndef double(x):\n    """2 x."""\n    return (x + 1000) * 2 - 2000\n'
        course = make_course({"double/solution.py": coarse})
        found: list[Any] = []
        GradingSession(course, course.exercises[:1], public=False).run(
            lambda session: found.extend(of_right(session, course.exercises[0]))
        )
        assert [(check, by.partition(",")[0]) for check, used, by in found] == [("values", "solution.py in float64")]
        assert found[0][1] > 0.1


class TestIndistinct:
    def test_two_misconceptions_with_the_same_answers_are_a_problem(self, proved: Callable[..., Any]) -> None:
        twin = {"double/chaff/values/other_idea.py": '"""Halves."""\ndef double(x):\n    return x * 0.5\n'}
        problems = proved(twin)["problems"]
        told = "chaff/values/halved.py and chaff/values/other_idea.py cannot be told apart: the same answers in every "
        (problem,) = (each for each in problems if each.startswith(told))
        assert "as in check `values`, `double(tensor " in problem, problems

    def test_the_same_wrong_values_and_another_slip_are_told_apart(self, proved: Callable[..., Any]) -> None:
        twin = {"double/chaff/values/other_idea.py": '"""Halves."""\ndef double(x):\n    x *= 0.5\n    return x\n'}
        assert not [each for each in proved(twin)["problems"] if "told apart" in each]


class TestDiagnosis:
    def test_no_chaff_is_run_for_an_untouched_stub(self, toy_course: Course) -> None:
        known: list[Any] = []

        def work(session: GradingSession) -> None:
            exercise, diagnose = toy_course.exercises[0], Diagnosis(session)
            for body in ("raise NotImplementedError", "return x / 2"):
                run = Run(session, exercise, AuthorCode("double.py", f"def double(x): {body}\n"))
                item = next(item for item in session.items["double"] if item.check.name == "values")
                run.transcript(item)
                known.append((diagnose(item, run.submission.transcript), len(diagnose.known)))

        GradingSession(toy_course, toy_course.exercises[:1], public=False).run(work)
        assert known == [(None, 0), ("halved", 1)]


class TestPage:
    def test_it_says_what_was_found_and_how(self, proved: Callable[..., Any], tmp_path: Path) -> None:
        page = tmp_path / "proof.md"
        proved({"double/wheat/adds.py": WHEAT}, "--page", str(page))
        text = page.read_text()
        assert f"$ autograde validate --exercise double --page {page}" in text
        assert "| double | 10/10 | 0 | 1/1 | 3/3 | 3/3 | 8 | 0 | 0 |" in text
        assert "| double/values | 0 |" in text
        assert f"torch {torch.__version__}" in text
        assert "## Mutants" not in text
