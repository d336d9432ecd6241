"""A whole class: jobs that die, runs that are killed, and nothing graded twice."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from autograder import cli, engine, grade, submission
from autograder.engine import grade_class
from autograder.errors import CourseError, MachineryError
from autograder.exercise import Course, Exercise
from autograder.grade import Local, Wishes, grade_submissions
from autograder.grading import student as student_module
from autograder.grading.grader import grade as grade_one
from autograder.grading.session import GradingSession
from autograder.grading.student import Work
from autograder.results import ExerciseResult, Isolation, to_json
from autograder.sandbox import warm as warm_module
from autograder.sandbox.isolation import level_of
from autograder.sandbox.warm import WarmProcess
from autograder.submission import Rejected, Source, Submission

MakeCourse = Callable[..., Course]

RIGHT = "def double(x):\n    return 2 * x\n"
QUADRUPLE = "from double import double\n\ndef quadruple(x):\n    return double(double(x))\n"
SOURCES = {
    "ada": {"double": RIGHT, "quadruple": QUADRUPLE},
    "ben": {"double": "def double(x): return x / 2", "quadruple": QUADRUPLE},
    "cem": {"double": "import os\n\ndef double(x):\n    if x.requires_grad: os._exit(1)\n    return 2 * x\n"},
    "dua": {"quadruple": "print('here')\n\ndef quadruple(x): return 4 * x.detach()"},
    "eve": {},
    "fay": {"double": "def double(x) return x", "quadruple": "raise ValueError"},
}


def source(id: str, text: str) -> Source:
    return Source(f"{id}.py", text)


def submissions(**more: Mapping[str, Any]) -> list[Submission]:
    sources = {name: {id: source(id, text) for id, text in each.items()} for name, each in SOURCES.items()}
    return [Submission(name, each, ()) for name, each in {**sources, **more}.items()]


def work(*names: str) -> list[Work]:
    return [Work(each.student, each.sources) for each in submissions() if each.student in (names or SOURCES)]  # type: ignore[arg-type]


Run = Callable[..., list[dict[str, Any]]]
Graded = Callable[[], list[str]]


@pytest.fixture
def run(warm: WarmProcess, toy_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Grades a class as the command does; what results.json says of each student."""
    measured = Isolation(level_of(warm.layers), tuple(sorted(warm.layers)))  # once for all tests
    monkeypatch.setattr(grade, "require", lambda *_, **__: measured)

    def run(
        out: str, students: list[Submission] | None = None, jobs: int = 2, fresh: bool = False
    ) -> list[dict[str, Any]]:
        wishes = Wishes(tmp_path / out, "cpu", "process", fresh)
        grade_submissions(toy_course, toy_course.exercises, students or submissions(), Local(warm, jobs), wishes)
        found = json.loads((tmp_path / out / "results.json").read_text())["submissions"]
        assert isinstance(found, list)
        return found

    return run


def timeless(students: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the only thing that may differ between two runs."""
    return [each | {"exercises": [exercise | {"seconds": 0} for exercise in each["exercises"]]} for each in students]


def exercises_of(students: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(each["student"], each["exercises"]) for each in students]


def in_words(students: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {each["student"]: [exercise["status"] for exercise in each["exercises"]] for each in students}


@pytest.fixture
def graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Graded:
    """The exercises that were graded since it was last asked, by whatever process."""
    log = tmp_path / "graded.log"

    def logged(session: GradingSession, exercise: Exercise, *rest: Any, **more: Any) -> Any:
        if not session.public:  # those are asked for pictures alone
            with log.open("a") as file:
                file.write(f"{exercise.id}\n")
        return grade_one(session, exercise, *rest, **more)

    monkeypatch.setattr(student_module, "grade", logged)

    def graded() -> list[str]:
        ids = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return ids

    return graded


@pytest.fixture
def whole(run: Run) -> list[dict[str, Any]]:
    """What an undisturbed run finds, but for the time it takes."""
    if not KEPT:
        KEPT.extend(timeless(run("whole")))
    return KEPT


KEPT: list[dict[str, Any]] = []


class Deadly(Source):
    """Kills whoever looks at it, if that is another process than the one that made it."""

    maker = os.getpid()

    def __getattribute__(self, name: str) -> Any:
        if name == "text" and os.getpid() != Deadly.maker:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getattribute__(name)


class TestClass:
    def test_everyone_is_graded(self, run: Run, tmp_path: Path) -> None:
        rejected = Submission(
            "gus", {"double": Rejected("it is no Python"), "quadruple": source("quadruple", QUADRUPLE)}, ()
        )
        students = run("out", [*submissions(), rejected])
        assert in_words(students) == {
            "ada": ["graded", "graded"], "ben": ["graded", "graded"], "cem": ["graded", "missing"],
            "dua": ["missing", "graded"], "eve": ["missing", "missing"], "fay": ["graded", "graded"],
            "gus": ["rejected", "graded"],
        }  # fmt: skip
        scores = {each["student"]: [exercise["score"] for exercise in each["exercises"]] for each in students}
        assert scores == {
            "ada": [10, 10], "ben": [7, 10], "cem": [8, 0], "dua": [0, 8], "eve": [0, 0], "fay": [0, 0], "gus": [0, 10],
        }  # fmt: skip
        assert [exercise["message"] for exercise in students[-1]["exercises"]] == [
            "it is no Python",
            "your own `double` lost marks; the grader supplied a correct one, so that it costs nothing here",
        ]
        assert (tmp_path / "out" / "logs" / "dua" / "quadruple.txt").read_text() == "here\n"
        assert [path.name for path in (tmp_path / "out" / "logs").iterdir()] == ["dua"]

    def test_jobs_and_order_make_no_difference(self, run: Run, whole: list[dict[str, Any]]) -> None:
        assert timeless(run("one", jobs=1)) == whole
        assert timeless(run("more", submissions()[::-1], jobs=9)) == whole

    def test_nobody_handed_anything_in(self, run: Run) -> None:
        assert in_words(run("out", [Submission("eve", {}, ())])) == {"eve": ["missing", "missing"]}

    def test_a_broken_test_file_stops_everything(self, run: Run, toy_course: Course) -> None:
        toy_course.exercises[1].hidden_tests.write_text("import nothing_here")
        with pytest.raises(CourseError, match=r"quadruple.test_hidden.py:1: .*nothing_here"):
            run("out")


FEW = submissions()[:2]


class TestKnown:
    """What is known is not graded again; what it depends on decides."""

    def test_a_second_run_takes_all_from_the_first(self, run: Run, graded: Graded) -> None:
        first = run("out", FEW)
        assert sorted(graded()) == ["double", "double", "quadruple", "quadruple"]
        assert run("out", FEW) == first
        assert graded() == []

    def test_fresh_means_fresh(self, run: Run, graded: Graded) -> None:
        first = run("out", FEW)
        assert timeless(run("out", FEW, fresh=True)) == timeless(first)
        assert len(graded()) == 8

    def test_another_text_is_graded_with_what_imports_it(self, run: Run, graded: Graded) -> None:
        run("out", FEW)
        graded()
        sources = {"double": source("double", RIGHT + "\n"), "quadruple": source("quadruple", QUADRUPLE)}
        run("out", [Submission("ada", sources, ()), *FEW[1:]])
        assert sorted(graded()) == ["double", "quadruple"]

    def test_another_test_is_graded(self, run: Run, graded: Graded, toy_course: Course) -> None:
        run("out", FEW)
        graded()
        with toy_course.exercises[1].hidden_tests.open("a") as file:
            file.write("\n# a word more\n")
        run("out", FEW)
        assert graded() == ["quadruple", "quadruple"]

    def test_the_same_text_of_another_student_is_known(self, run: Run, graded: Graded) -> None:
        students = [Submission(name, {"double": source("double", RIGHT)}, ()) for name in ("ada", "bob", "cat")]
        assert [each["score"] for each in run("out", students, jobs=1)] == [10, 10, 10]
        assert graded() == ["double"]


class TestDeath:
    def test_a_job_that_dies_costs_one_student(self, run: Run, whole: list[dict[str, Any]]) -> None:
        deadly = Deadly("double.py", RIGHT)
        students = run("out", [*submissions(), Submission("mal", {"double": deadly}, ())][::-1])
        (mal,) = (each for each in students if each["student"] == "mal")
        assert [exercise["status"] for exercise in mal["exercises"]] == ["ungraded", "ungraded"]
        assert mal["exercises"][0]["score"] is None
        assert "the grading process died" in mal["exercises"][0]["message"]
        others = [each for each in students if each["student"] != "mal"]
        assert timeless(others) == whole

    def test_what_was_done_before_it_died_counts(self, run: Run) -> None:
        sources = {"double": source("double", RIGHT), "quadruple": Deadly("quadruple.py", QUADRUPLE)}
        (student,) = run("out", [Submission("mal", sources, ())])
        assert [exercise["status"] for exercise in student["exercises"]] == ["graded", "ungraded"]
        assert student["score"] == 10

    def test_what_was_not_graded_is_tried_again(self, run: Run) -> None:
        (first,) = run("out", [Submission("mal", {"double": Deadly("double.py", RIGHT)}, ())])
        (second,) = run("out", [Submission("mal", {"double": source("double", RIGHT)}, ())])
        assert [each["exercises"][0]["status"] for each in (first, second)] == ["ungraded", "graded"]

    def test_everyone_may_die(self, run: Run) -> None:
        students = [Submission(name, {"double": Deadly("double.py", RIGHT)}, ()) for name in "abc"]
        assert in_words(run("out", students)) == {name: ["ungraded", "ungraded"] for name in "abc"}

    def test_a_sandbox_that_fails_is_our_failure(self, toy_course: Course, tmp_path: Path) -> None:
        error = MachineryError("warm-process-gone", reason="no more workers")

        class Broken:
            def ready(self) -> None: ...
            def use_slot(self, slot: int) -> None: ...
            def spawn(self, **options: Any) -> Any:
                raise error

        found: list[tuple[str, ExerciseResult]] = []
        grade_class(
            toy_course, toy_course.exercises, work("ada", "eve"), Broken(), tmp_path,  # type: ignore[arg-type]
            jobs=1, fresh=False, report=lambda student, result, output: found.append((student, result)),
        )  # fmt: skip
        assert [(student, result.status, result.message) for student, result in found] == [
            ("ada", "ungraded", error.in_a_line()), ("ada", "ungraded", error.in_a_line()),
            ("eve", "missing", "not handed in"), ("eve", "missing", "not handed in"),
        ]  # fmt: skip

    def test_the_command_says_so(
        self, warm: WarmProcess, toy_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        students = [Submission("mal", {"double": Deadly("double.py", RIGHT)}, ()), *submissions()[:1]]
        monkeypatch.setattr(warm_module, "WarmProcess", lambda: nullcontext(warm))
        monkeypatch.setattr(submission, "collect", lambda *_: students)
        monkeypatch.setattr(submission, "ignored", lambda *_: [])
        arguments = ["grade", "x", "--course", str(toy_course.root), "--out", str(tmp_path / "out"), "--jobs", "1"]
        assert cli.main([*arguments, "--require-isolation", "process"]) == 3
        assert "not graded: mal double: the grading process died" in capsys.readouterr().err
        students[0] = submissions()[1]
        assert cli.main([*arguments, "--require-isolation", "process"]) == 0


class TestKilled:
    def start(self, course: Course, warm: WarmProcess, folder: Path, jobs: int) -> tuple[int, Any]:
        """A run in a process of its own; it reports to the pipe that is returned, a line per result."""
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(read)

                def report(student: str, result: ExerciseResult, output: str) -> None:
                    os.write(write, json.dumps([student, to_json(result)]).encode() + b"\n")

                grade_class(course, course.exercises, work(), warm, folder, jobs=jobs, fresh=False, report=report)
            finally:
                os._exit(0)
        os.close(write)
        return pid, os.fdopen(read)

    @pytest.mark.parametrize(("jobs", "after"), [(1, 1), (2, 5), (2, 9)])
    def test_a_killed_run_goes_on_where_it_was(
        self,
        run: Run,
        whole: list[dict[str, Any]],
        graded: Graded,
        toy_course: Course,
        warm: WarmProcess,
        tmp_path: Path,
        jobs: int,
        after: int,
    ) -> None:
        pid, lines = self.start(toy_course, warm, tmp_path / "out", jobs)
        with lines:
            seen = [json.loads(lines.readline()) for _ in range(after)]
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            seen += [json.loads(line) for line in lines]  # until its jobs have found out, too
        graded()
        students = run("out")
        assert timeless(students) == whole
        done = {student: {exercise["id"]: exercise for exercise in each} for student, each in exercises_of(students)}
        for student, result in seen:
            assert done[student][result["id"]] == json.loads(json.dumps(result))
        left = sum(map(len, SOURCES.values())) - sum(result["status"] == "graded" for _, result in seen)
        assert len(graded()) in (left, left - 1)  # a kill may come between keeping a result and reporting it

    def test_an_error_on_our_side_leaves_nobody_behind(
        self, toy_course: Course, warm: WarmProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        forked: list[int] = []

        class Pool(engine._Pool):
            def _start(self, number: int) -> Any:
                job = super()._start(number)
                forked.append(job.pid)
                return job

        monkeypatch.setattr(engine, "_Pool", Pool)

        def full(student: str, result: ExerciseResult, output: str) -> None:
            raise OSError("no space left")

        with pytest.raises(OSError, match="no space left"):
            grade_class(toy_course, toy_course.exercises, work(), warm, tmp_path, jobs=2, fresh=False, report=full)
        assert len(forked) == 2
        for pid in forked:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
