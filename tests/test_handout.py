"""What students get in one of the formats: nothing private, and the same bytes each time."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

from autograder import language
from autograder.cli import main
from autograder.errors import CourseError, UsageError
from autograder.exercise import Course, load_course
from autograder.handout import FORMATS, hand_out
from autograder.handout.cells import marked
from autograder.handout.delivery import MANIFEST
from autograder.handout.formgrader import write_graded
from autograder.private import SHORTEST_SECRET
from autograder.release import public_files, release
from autograder.report.sources import keep_sources
from autograder.results import CheckResult, ExerciseResult, Isolation, Record, SubmissionResult
from autograder.submission import Source, Submission

ROOT = Path(__file__).parents[1]


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# --- every format ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "reference", root / "reference")
    return load_course(root)


@pytest.fixture(scope="module")
def handed_out(course: Course, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = {format: tmp_path_factory.mktemp("handed") / format for format in FORMATS}
    for format, folder in folders.items():
        hand_out(course, folder, format)
    return folders


@pytest.mark.parametrize("format", FORMATS)
def test_no_line_of_the_private_side_goes_out(format: str, course: Course, handed_out: dict[str, Path]) -> None:
    """By a list of lines of its own: the code that refuses to release one is not asked."""
    public = "\n".join(text.decode() for each in course.exercises for text in public_files(each).values())
    theirs = {
        path.relative_to(handed_out[format]): path.read_text(encoding="utf-8")
        for path in handed_out[format].rglob("*")
        if path.is_file() and path.relative_to(handed_out[format]).parts[0] not in FORMATS[format]
    }
    everything = "\n".join(theirs.values())
    titles = set(re.findall(r'^    """(.+?)(?:"""|\n)', "".join(
        each.hidden_tests.read_text(encoding="utf-8") for each in course.exercises), re.MULTILINE))  # fmt: skip
    searched = 0
    for path in sorted((course.root / "reference").rglob("*")):
        if path.suffix not in (".py", ".yaml", ".json") or path.name in ("exercise.yaml", "test_public.py"):
            continue
        for line in map(str.strip, path.read_text(encoding="utf-8").splitlines()):
            says = line.strip("\"'")
            if len(line) < SHORTEST_SECRET or line in public or says in titles or line.startswith(("import ", "from ")):
                continue
            if path.name == "course.yaml" and not line.startswith("salt"):
                continue
            searched += 1
            assert line not in everything, path
            assert json.dumps(line, ensure_ascii=False)[1:-1] not in everything, path
    assert searched > 5000
    assert course.salt not in everything


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_course_gives_the_same_bytes(
    format: str, course: Course, handed_out: dict[str, Path], tmp_path: Path
) -> None:
    hand_out(course, tmp_path / "again", format)
    first = {name: (handed_out[format] / name).read_bytes() for name in names(handed_out[format])}
    assert first == {name: (tmp_path / "again" / name).read_bytes() for name in names(tmp_path / "again")}
    assert hand_out(course, handed_out[format], format) == []


def test_plain_is_what_exercises_holds(course: Course, handed_out: dict[str, Path]) -> None:
    release(course.root)
    given = {name: (handed_out["plain"] / name).read_bytes() for name in names(handed_out["plain"])}
    del given[MANIFEST]
    assert given == {name: (course.root / "exercises" / name).read_bytes() for name in names(course.root / "exercises")}


@pytest.mark.parametrize(("format", "statements"), [
    ("plain", "*/README*.md"), ("classroom", "exercises/*/README*.md"), ("notebook", "release/*/*.ipynb"),
])  # fmt: skip
def test_the_pictures_of_statements_are_where_they_are_looked_for(
    format: str, statements: str, course: Course, handed_out: dict[str, Path]
) -> None:
    shown = {
        statement.parent / link
        for statement in handed_out[format].glob(statements)
        for link in re.findall(r"!\[[^]]*\]\(([^)]+)\)", statement.read_text(encoding="utf-8"))
    }
    assert {path.resolve().stem for path in shown} == {each.id for each in course.exercises}
    for path in shown:
        assert path.read_bytes() == (course.root / "reference" / path.stem / "figure.svg").read_bytes()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A course of one exercise, to be changed."""
    (tmp_path / "reference").mkdir()
    shutil.copytree(ROOT / "reference" / "conv1x1", tmp_path / "reference" / "conv1x1")
    shutil.copy(ROOT / "reference" / "course.yaml", tmp_path / "reference")
    return tmp_path


def test_a_template_that_gives_something_away_is_refused(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.handout import plain

    odd = '    return "a" + torch.matmul(weights, pixels)\n'

    def careless(course: Course, folder: Path) -> list[Path]:
        (folder / "hint.json").write_text(json.dumps(odd))
        return []

    monkeypatch.setattr(plain, "write", careless)
    solution = small / "reference" / "conv1x1" / "solution.py"
    solution.write_text(
        solution.read_text().replace(
            "    return torch", '    return "a" + torch.matmul(weights, pixels)\n    return torch'
        )
    )
    with pytest.raises(CourseError, match=r"would be released in hint\.json") as caught:
        hand_out(load_course(small), tmp_path / "out", "plain")
    assert caught.value.path == solution
    assert not (tmp_path / "out").exists()


# --- the command -----------------------------------------------------------------------------------------------


def test_the_command_says_what_it_wrote(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["release", str(tmp_path / "out"), "--format", "notebook", "--course", str(small), "--lang", "en"]
    assert main(command) == 0
    said = capsys.readouterr().out.splitlines()
    assert str(tmp_path / "out" / "release" / "cnn" / "conv1x1.ipynb") in said
    assert main(command) == 0
    assert capsys.readouterr().out == ""
    (tmp_path / "out" / "nbgrader_config.py").write_text("mine = True\n")
    assert main(command) == 2
    assert "nbgrader_config.py" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["x"], ["--format", "plain"], ["x", "--format", "plain", "--check"]])
def test_half_a_command_is_wrong(small: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["release", *wrong, "--course", str(small)]) == 2
    assert "release" in capsys.readouterr().err
    assert not Path("x").exists()


# --- notebooks -------------------------------------------------------------------------------------------------


def test_a_notebook_has_a_cell_for_each_part(handed_out: dict[str, Path], course: Course) -> None:
    for exercise in course.exercises:
        notebook = nbformat.read(handed_out["notebook"] / "release" / "cnn" / f"{exercise.id}.ipynb", 4)
        nbformat.validate(notebook)
        about = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells}
        assert [cell.id for cell in notebook.cells] == [id[:64] for id in about]
        statement = (exercise.folder / "README.md").read_text(encoding="utf-8").strip()
        assert about[f"{exercise.id}-statement"].source.startswith(
            statement.replace("../figures/", "exercises/figures/")
        )
        assert "中文" in about[f"{exercise.id}-statement"].source
        assert "NotImplementedError" in about[f"{exercise.id}-solution"].source
        assert exercise.public_tests.read_text(encoding="utf-8").strip() in about[f"{exercise.id}-tests"].source
        graded = [cell for cell in notebook.cells if cell.metadata.nbgrader.grade]
        assert sum(cell.metadata.nbgrader.points for cell in graded) == pytest.approx(exercise.points)
        for cell in notebook.cells:
            compile(cell.source, cell.id, "exec") if cell.cell_type == "code" else None
            assert not cell.get("outputs")


def test_the_language_in_use_comes_first(small: Path, tmp_path: Path) -> None:
    course = load_course(small)
    try:
        language.use("zh")
        hand_out(course, tmp_path / "out", "notebook")
    finally:
        language.use("en")
    notebook = nbformat.read(tmp_path / "out" / "release" / "cnn" / "conv1x1.ipynb", 4)
    assert notebook.cells[0].source.startswith((small / "reference/conv1x1/README.zh.md").read_text("utf-8")[:10])
    assert "<summary>English</summary>" in notebook.cells[0].source


def test_a_solution_imports_for_itself_what_only_it_needs() -> None:
    solution = (
        "import math, os\nfrom torch import nn\n\n\ndef f(x):\n    '''Doc.'''\n    return math.pi * x\n\n\n"
        "def g(x):\n    return x\n\n\ndef given():\n    return os.sep\n"
    )
    assert marked(solution, ["f", "g"]) == (
        "import os\nfrom torch import nn\n\n\ndef f(x):\n    '''Doc.'''\n    ### BEGIN SOLUTION\n    import math\n"
        "    return math.pi * x\n    ### END SOLUTION\n\n\n"
        "def g(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n\n\ndef given():\n    return os.sep"
    )


@pytest.mark.parametrize("exercise", load_course(ROOT).exercises, ids=lambda exercise: exercise.id)
def test_marked_references_are_still_programs(exercise) -> None:  # type: ignore[no-untyped-def]
    source = marked(exercise.solution.read_text(encoding="utf-8"), exercise.implement)
    compile(source, exercise.id, "exec")
    assert source.count("### BEGIN SOLUTION") == source.count("### END SOLUTION") >= 1


def test_names_that_nbgrader_does_not_take_are_refused(small: Path, tmp_path: Path) -> None:
    course_file = small / "reference" / "course.yaml"
    text = course_file.read_text()
    course_file.write_text(text.replace("name: cnn", "name: a/b"))
    with pytest.raises(CourseError, match="nbgrader cannot use the name `a/b`"):
        hand_out(load_course(small), tmp_path / "out", "notebook")
    course_file.write_text(text)
    tests = small / "reference" / "conv1x1" / "test_hidden.py"
    tests.write_text(tests.read_text().replace("def shapes(", "def solution(").replace("shapes]", "solution]"))
    with pytest.raises(CourseError, match="nbgrader cannot use the name `solution`"):
        hand_out(load_course(small), tmp_path / "out", "notebook")


def test_without_nbformat_it_is_said_what_to_install(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("notebook", "cells"):
        monkeypatch.delitem(sys.modules, f"autograder.handout.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "nbformat", None)
    with pytest.raises(UsageError, match=r"convgrade\[nbgrader\]"):
        hand_out(load_course(small), tmp_path / "out", "notebook")


def test_formgrader_is_given_what_was_graded_last(tmp_path: Path) -> None:
    """A notebook for each graded exercise, and none for one that was withdrawn."""

    def record(*exercises: ExerciseResult) -> Record:
        about = tuple((each.id, each.id, each.points) for each in exercises)
        return Record("cnn", "cpu", Isolation("full", ()), about, (SubmissionResult("ann", exercises),))

    hostile = "x = '''</script>\n### BEGIN SOLUTION\n'''\n"
    source = Source("pool.ipynb", hostile, cells=((1, 1), (1, 2), (1, 3)))
    check = CheckResult("pool/values", "value", "Right.\x1b", "failed", 0.0, 2.0, message="no: `\u202ea`")
    keep_sources(tmp_path, [Submission("ann", {"pool": source})])
    graded = ExerciseResult("pool", "graded", 0.0, 2.0, checks=(check,), digest=source.digest)
    missing = ExerciseResult("edges", "missing", 0.0, 2.0)
    write_graded(tmp_path, record(graded, missing))
    place = tmp_path / "autograded" / "ann" / "cnn"
    assert names(place) == ["pool.ipynb"]
    solution, box = nbformat.read(place / "pool.ipynb", 4).cells
    assert (solution.source, solution.metadata.nbgrader.grade_id) == (hostile.rstrip(), "pool-solution")
    assert (box.metadata.nbgrader.grade_id, box.metadata.nbgrader.points) == ("pool-values", 2.0)
    assert box.source == "# Graded by autograde, points: 2\n# Right.\\x1b\n# no: `\\u202ea`"

    keep_sources(tmp_path, [Submission("ann", {})])
    write_graded(tmp_path, record(ExerciseResult("edges", "missing", 0.0, 2.0)))
    assert names(place) == ["pool.ipynb"]  # a run that is not about it
    write_graded(tmp_path, record(ExerciseResult("pool", "missing", 0.0, 2.0)))
    assert names(place) == []
