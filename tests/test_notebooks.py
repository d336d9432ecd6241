"""What is handed in as a notebook is graded as the same file would be, whatever became of the notebook."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.exercise import Exercise, discover
from autograder.submission import Source, read

ROOT = Path(__file__).parents[1]
EXERCISES = discover(ROOT / "reference")
IDS = [exercise.id for exercise in EXERCISES]
IMPLEMENT = {exercise.id: exercise.implement for exercise in EXERCISES}
SOLUTION = "import math\n\n\ndef corr2d(X, K):\n    return math.pi * X\n"

NOISE = [
    "%matplotlib inline\n!pip install torch",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2])",
    "print(undefined)",
    "raise RuntimeError('stop here')",
    "%%bash\nrm -rf /",
    "this does not parse",
    "while True:\n    pass",
]


def cell(source: str, kind: str = "code", **metadata: Any) -> dict[str, Any]:
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "source": source, "metadata": metadata, **more}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


def in_cells(text: str) -> dict[str, Any]:
    """A file as somebody would write it in a notebook: a cell for each statement, and other things between them."""
    lines = text.split("\n")
    starts = [min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
              for node in ast.parse(text).body]  # fmt: skip
    ends = [*starts[1:], len(lines) + 1]
    cells = [cell("\n".join(lines[start - 1 : end - 1]) + "\n") for start, end in zip(starts, ends, strict=True)]
    noise = [cell(each) for each in NOISE]
    return notebook(*(each for pair in zip(cells, (noise * len(cells))[: len(cells)], strict=True) for each in pair))


# --- the same results ----------------------------------------------------------------------------------------


def wrong(exercise: Exercise) -> Path:
    """A chaff that does not touch the interface, so that most checks have something to say of it."""
    return next(path for path in exercise.chaffs if path.parent.name != "interface")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Of four students: right and wrong, as files and as notebooks; the notebooks as nbgrader collects them."""
    folder = tmp_path_factory.mktemp("class")
    for exercise in EXERCISES:
        for name, path in (("right", exercise.solution), ("wrong", wrong(exercise))):
            text = path.read_text(encoding="utf-8")
            for place, content in (
                (f"{name}_file/{exercise.id}.py", text),
                (f"{name}_notebook/cnn/{exercise.id}.ipynb", json.dumps(in_cells(text))),
                (f"{name}_notebook/cnn/timestamp.txt", "2026-11-25 09:00:00 UTC\n"),
                (f"{name}_notebook/cnn/exercises/{exercise.id}/test_public.py", exercise.public_tests.read_text()),
            ):
                (folder / "submitted" / place).parent.mkdir(parents=True, exist_ok=True)
                (folder / "submitted" / place).write_text(content, encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "grade", str(folder / "submitted"), "--course", str(ROOT)]
    done = subprocess.run(
        [*command, "--out", str(folder / "grades"), "--lang", "en"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    record = json.loads((folder / "grades" / "results.json").read_text(encoding="utf-8"))
    return {
        each["student"]: {exercise["id"]: exercise for exercise in each["exercises"]} for each in record["submissions"]
    }


def without(result: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key not in keys}


@pytest.mark.parametrize("exercise", IDS)
def test_a_right_solution_gets_the_same_as_a_file_and_as_a_notebook(
    exercise: str, results: dict[str, dict[str, Any]]
) -> None:
    file, notebook = (results[f"right_{kind}"][exercise] for kind in ("file", "notebook"))
    assert file["score"] == file["points"]
    assert without(file, "digest", "seconds", "message") == without(notebook, "digest", "seconds", "message")
    assert file["digest"] != notebook["digest"]


@pytest.mark.parametrize("exercise", IDS)
def test_a_wrong_solution_gets_the_same_as_a_file_and_as_a_notebook(
    exercise: str, results: dict[str, dict[str, Any]]
) -> None:
    file, notebook = (results[f"wrong_{kind}"][exercise] for kind in ("file", "notebook"))
    assert file["score"] < file["points"]
    for one, other in zip(file["checks"], notebook["checks"], strict=True):
        assert without(one, "message") == without(other, "message")
    assert file["score"] == notebook["score"]


# --- what becomes of notebooks --------------------------------------------------------------------------------

SOLVED = cell(SOLUTION, nbgrader={"grade": False, "solution": True, "locked": False, "schema_version": 3,
                                  "grade_id": "corr2d-solution", "cell_type": "code"})  # fmt: skip
OTHERS = [
    cell("# Cross-correlation", "markdown", nbgrader={"locked": True, "grade_id": "corr2d-statement"}),
    cell("from autograder.notebook import check\ncheck('corr2d')"),
    cell("# Graded by autograde\nimport os\n\n0.0 if os.environ.get('NBGRADER_EXECUTION') else None"),
    *map(cell, NOISE),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def vandalised(draw: st.DrawFn, solved: dict[str, Any]) -> dict[str, Any]:
    """A notebook that went through hands: the solution is still in it, once or more often, and anything around it."""
    cells = draw(st.lists(st.sampled_from([solved, *OTHERS]), max_size=8))
    cells.insert(draw(st.integers(0, len(cells))), solved)
    return draw(handled(cells))


@st.composite
def handled(draw: st.DrawFn, cells: list[dict[str, Any]]) -> dict[str, Any]:
    new = []
    for each in cells:
        each = dict(each)
        if draw(st.booleans()):
            each["source"] = each["source"].splitlines(keepends=True)
        if draw(st.booleans()):
            each["outputs"] = draw(JSON)
        if draw(st.booleans()):
            each |= draw(st.dictionaries(st.text("id_x", min_size=1, max_size=3), JSON, max_size=2))
        if each["metadata"].get("nbgrader", {}).get("solution"):
            each["cell_type"] = draw(st.sampled_from(["code", "markdown", "raw"]))
        elif draw(st.booleans()):
            each["cell_type"] = draw(st.sampled_from(["code", "markdown", "raw", "heading"]) | JSON)
            for key in draw(st.sets(st.sampled_from(["metadata", "outputs", "execution_count"]))):
                each.pop(key, None)
        new.append(each)
    top = draw(st.fixed_dictionaries({}, optional={"metadata": JSON, "nbformat_minor": JSON, "extra": JSON}))
    return {"nbformat": 4, "cells": new} | top


def read_back(folder: Path, content: dict[str, Any]) -> Source:
    path = folder / "corr2d.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    found = read(path, IMPLEMENT, "ann").sources["corr2d"]
    assert isinstance(found, Source), found
    return found


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(content=vandalised(SOLVED))
def test_the_solution_is_found_whatever_is_around_it(
    content: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = read_back(tmp_path_factory.getbasetemp(), content)
    assert SOLUTION.split("\n\n\n")[1] in found.text
    assert "import math" in found.text
    for absent in ("plot", "undefined", "rm -rf", "while", "check(", "environ", "RuntimeError"):
        assert absent not in found.text
    namespace: dict[str, Any] = {}
    exec(found.text, namespace)
    assert namespace["corr2d"](1, 0) > 3


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(content=handled([cell(each) for each in NOISE]))
def test_a_notebook_without_its_solution_is_a_notebook_without_it(
    content: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert "corr2d" not in read_back(tmp_path_factory.getbasetemp(), content).text


def test_the_last_of_two_solutions_counts_as_it_does_in_jupyter(tmp_path: Path) -> None:
    again = cell("def corr2d(X, K):\n    return 'second'\n")
    namespace: dict[str, Any] = {}
    exec(read_back(tmp_path, notebook(SOLVED, again)).text, namespace)
    assert namespace["corr2d"](0, 0) == "second"


def test_a_statement_that_was_turned_into_code_costs_nothing(tmp_path: Path) -> None:
    prose = cell("The kernel slides over the image.\n\n    Y[i, j] = sum", "code")
    assert SOLUTION.split("\n\n\n")[1] in read_back(tmp_path, notebook(prose, SOLVED)).text


@pytest.mark.parametrize("sheets", [1, 2])
def test_format_3_is_read_as_format_4_is(sheets: int, tmp_path: Path) -> None:
    new = nbformat.from_dict(
        notebook(cell("# words", "markdown"), cell("%time\nx = 1"), SOLVED, cell("print(x)")) | {"nbformat_minor": 4}
    )
    old = json.loads(nbformat.writes(nbformat.convert(new, 3), version=3))
    assert old["nbformat"] == 3
    if sheets == 2:
        cells = old["worksheets"][0]["cells"]
        old["worksheets"] = [{"cells": cells[:2]}, {"cells": cells[2:]}]
    assert read_back(tmp_path, old) == read_back(tmp_path, new)


@pytest.mark.parametrize("sheets", ["[1]", "[{}]", '[{"cells": 1}]', "1"])
def test_what_only_looks_like_format_3_is_rejected(sheets: str, tmp_path: Path) -> None:
    path = tmp_path / "corr2d.ipynb"
    path.write_text(f'{{"nbformat": 3, "worksheets": {sheets}}}')
    assert "not a Jupyter notebook" in read(path, IMPLEMENT, "ann").sources["corr2d"].message  # type: ignore[union-attr]


def test_grading_notebooks_needs_nothing_of_jupyters() -> None:
    """A GPU runner has torch, pytest, hypothesis, Jinja2 and PyYAML."""
    code = """
import sys
for name in ("nbformat", "nbgrader", "nbclient", "nbconvert", "jupyter_core", "IPython", "jsonschema", "babel"):
    sys.modules[name] = None
import autograder.cli, autograder.grade, autograder.engine, autograder.submission, autograder.report.pages
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
