"""A new exercise or course works at once, and what would spoil another is refused."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from autograder import new as module
from autograder import shipped, starter
from autograder.cli import main, make_parser
from autograder.cli.options import course_around
from autograder.errors import MachineryError, UsageError
from autograder.exercise import load_course, load_exercise, misconception_of
from autograder.grading.restrictions import NAMED, find_in_source
from autograder.new import new
from autograder.release import release, stale
from autograder.sandbox.confine import readable_paths
from autograder.shipped import templates_dir
from autograder.starter import EXAMPLES, start_course
from autograder.submission import collect

ROOT = Path(__file__).parent.parent


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference/course.yaml").write_text("format: 1\nname: toy\nsalt: pepper\n")
    return tmp_path


def test_a_new_exercise_is_complete(course):
    folder = new(course, "depthwise_conv")

    exercise = load_exercise(folder)
    assert folder == course / "reference/depthwise_conv"
    assert exercise.title == "Depthwise conv"
    assert exercise.implement == ("depthwise_conv",)
    assert {misconception_of(path) for path in exercise.chaffs} == set(exercise.misconceptions)
    assert len(exercise.wheats) == 2
    assert [path.name for path in course.joinpath("reference").iterdir() if path.name.startswith(".")] == []


def test_every_file_of_it_is_filled_in_and_says_what_to_change(course):
    folder = new(course, "depthwise_conv")

    texts = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name, content in texts.items():
        assert b"{{" not in content, name
        assert b"\r" not in content, name
        assert content.endswith(b"\n"), name
        assert not name.endswith(".j2")
    for name in ("exercise.yaml", "README.md", "README.zh.md", "solution.py", "test_public.py", "test_hidden.py"):
        assert b"TODO" in texts[name], name


def test_new_exercises_come_last(course):
    orders = [load_exercise(new(course, id)).order for id in ("first", "second", "third")]

    assert orders == [1, 2, 3]


def test_it_can_be_released(course):
    new(course, "depthwise_conv")

    release(course)

    assert stale(course) == []


def test_it_passes_validate(course):
    """Reference and wheats in full, the stub nothing, every chaff caught and named."""
    new(course, "depthwise_conv")

    run = subprocess.run(
        [sys.executable, "-m", "autograder", "validate", "--course", str(course), "--exercise", "depthwise_conv"],
        capture_output=True, text=True, timeout=300, cwd=Path(__file__).parents[1],
    )  # fmt: skip

    assert "depthwise_conv: reference 10/10, stub 0, 2 of 2 wheats full, 5 of 5 chaffs caught" in run.stdout, run
    assert run.returncode == 0


def test_its_solutions_break_no_restriction(course):
    exercise = load_exercise(new(course, "depthwise_conv"))

    for path in (exercise.solution, *exercise.wheats):
        assert find_in_source(path.read_text(), {}, exercise.implement, NAMED["conv-call"]) == []


@pytest.mark.parametrize(
    ("id", "code"),
    [
        ("", "exercise-name"), ("Conv", "exercise-name"), ("conv-2d", "exercise-name"), ("2d", "exercise-name"),
        ("a b", "exercise-name"), ("../up", "exercise-name"), ("a__b", "exercise-name"), ("a_", "exercise-name"),
        ("卷积", "exercise-name"), ("conv\n", "exercise-name"), (".hidden", "exercise-name"),
        ("lambda", "exercise-name-taken"), ("match", "exercise-name-taken"), ("sum", "exercise-name-taken"),
        ("statistics", "exercise-name-taken"), ("torch", "exercise-name-taken"),
        ("solution", "exercise-name-taken"), ("figures", "exercise-name-taken"), ("data", "exercise-name-taken"),
    ],
)  # fmt: skip
def test_a_bad_name_is_refused_with_what_to_do(course, id, code):
    with pytest.raises(UsageError, match=re.escape(f"`{id}` cannot name an exercise")) as caught:
        new(course, id)

    assert caught.value.code == code
    assert "choose a snake_case noun such as `depthwise_conv`" in caught.value.way_out
    assert [path.name for path in (course / "reference").iterdir()] == ["course.yaml"]


def test_an_existing_exercise_is_left_alone(course):
    solution = new(course, "pooling") / "solution.py"
    solution.write_text("mine")

    with pytest.raises(UsageError, match="exists already"):
        new(course, "pooling")

    assert solution.read_text() == "mine"


def test_a_folder_that_is_no_course_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"is not a course: it has no reference/ folder"):
        new(tmp_path, "pooling")


def test_a_failure_leaves_nothing_behind(course, monkeypatch, tmp_path):
    broken = tmp_path / "templates"
    (broken / "exercise").mkdir(parents=True)
    (broken / "exercise/a.py.j2").write_text("fine")
    (broken / "exercise/b.py.j2").write_text("{{ unknown }}")
    monkeypatch.setattr(module, "templates_dir", lambda: broken)

    with pytest.raises(Exception, match="'unknown' is undefined"):
        new(course, "pooling")

    assert [path.name for path in (course / "reference").iterdir()] == ["course.yaml"]


def test_templates_are_found_beside_the_package_and_in_it(tmp_path, monkeypatch):
    assert (templates_dir() / "exercise/solution.py.j2").is_file()

    package = tmp_path / "site-packages/autograder"
    (package / "templates").mkdir(parents=True)
    monkeypatch.setattr(shipped, "PACKAGE", package)
    assert templates_dir() == package / "templates"

    (package / "templates").rmdir()
    with pytest.raises(MachineryError, match="install the package again"):
        templates_dir()


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that was started from the bundled one."""
    folder = tmp_path_factory.mktemp("started") / "cnn101"
    start_course(folder)
    return folder


class TestNewCourse:
    def test_it_is_the_bundled_course(self, started):
        bundled, course = load_course(ROOT), load_course(started)

        assert [each.digest() for each in course.exercises] == [each.digest() for each in bundled.exercises]
        assert stale(started) == []
        assert sorted(path.name for path in started.iterdir()) == [
            ".gitignore", "README.md", "README.zh.md", "examples", "exercises", "reference",
        ]  # fmt: skip

    def test_its_salt_is_its_own(self, started, tmp_path):
        start_course(tmp_path)

        salts = {load_course(root).salt for root in (ROOT, started, tmp_path)}
        assert len(salts) == 3
        assert min(map(len, salts - {load_course(ROOT).salt})) == 32

    def test_its_examples_are_submissions_and_its_readmes_tell_of_them(self, started):
        course = load_course(started)
        found = collect(started / "examples", {each.id: each.implement for each in course.exercises})

        assert len(found) == len(EXAMPLES)
        assert all(source.text for each in found for source in each.sources.values())
        for readme in ("README.md", "README.zh.md"):
            text = (started / readme).read_text(encoding="utf-8")
            assert [each.student for each in found if f"| `{each.student}` |" not in text] == []
            assert "{" not in text

    def test_a_folder_that_is_not_empty_is_left_alone(self, tmp_path):
        (tmp_path / "thesis.tex").write_text("mine")
        for folder in (tmp_path, tmp_path / "thesis.tex"):
            with pytest.raises(UsageError, match="exists already"):
                start_course(folder)

        assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]

    def test_a_failure_leaves_nothing_behind(self, tmp_path, monkeypatch):
        monkeypatch.setattr(starter, "EXAMPLES", ("nobody",))
        with pytest.raises(MachineryError, match="cannot be written: No such file"):
            start_course(tmp_path / "course")

        assert not list(tmp_path.rglob("*.*"))

    def test_the_commands_that_it_prints_find_the_course(self, tmp_path, capsys, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert main(["new-course", "my course"]) == 0
        commands = re.findall(r"^  autograde (.*?) +#", capsys.readouterr().out, re.MULTILINE)

        parsed = [make_parser().parse_args(shlex.split(each)) for each in commands]
        assert parsed[0].course is None
        assert course_around(parsed[0].submissions) == Path("my course")
        assert parsed[1].path.is_dir()
        assert load_course(parsed[2].course).select(parsed[2].exercise)

    def test_it_is_found_above_an_installed_package(self, tmp_path, monkeypatch):
        package = tmp_path / "lib/python3/site-packages/autograder"
        course = tmp_path / shipped.COURSE
        (course / "reference").mkdir(parents=True)
        monkeypatch.setattr(shipped, "PACKAGE", package)
        with pytest.raises(MachineryError, match="reference/"):
            shipped.bundled_course()

        (course / "reference/course.yaml").touch()
        assert shipped.bundled_course() == course

    def test_workers_cannot_read_where_a_wheel_puts_it(self):
        installed = Path(sysconfig.get_path("data"), shipped.COURSE)
        assert not [path for path in readable_paths() if installed.resolve().is_relative_to(Path(path).resolve())]


class TestCourseAround:
    """Where `grade` looks for the course if none is named."""

    @pytest.fixture(autouse=True)
    def two(self, tmp_path, monkeypatch):
        for name in ("one", "two"):
            (tmp_path / name / "reference").mkdir(parents=True)
            (tmp_path / name / "reference" / "course.yaml").touch()
            (tmp_path / name / "in" / "deeper").mkdir(parents=True)
        monkeypatch.chdir(tmp_path)

    @pytest.mark.parametrize(
        ("here", "submissions", "course"),
        [
            (".", "one/in", "one"), (".", "one/in/deeper", "one"), (".", "nowhere", "."), (".", None, "."),
            ("one", "../two/in", "."), ("one/in", "deeper", ".."), ("one/in", ".", ".."),
            ("one/in", "../../two/in", "../../two"),
        ],
    )  # fmt: skip
    def test_it_is_this_folder_or_the_nearest_above(self, tmp_path, monkeypatch, here, submissions, course):
        monkeypatch.chdir(here)
        found = course_around(submissions and Path(submissions))
        assert found.resolve() == Path(course).resolve()
