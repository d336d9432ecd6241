"""The repository that `release --format classroom` writes: complete, public, and sound as a workflow."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from autograder.cli import main
from autograder.errors import CourseError
from autograder.exercise import load_course
from autograder.handout.classroom import FILES

ROOT = Path(__file__).resolve().parents[1]
WORKFLOW = ".github/workflows/autograde.yml"
BIN = Path(sys.executable).parent
PUBLIC = ("README.md", "README.zh.md", "exercise.yaml", "test_public.py", "zh.po")
SHORTEST = 13  # characters of a line that says something


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the course of this repository hands out."""
    folder = tmp_path_factory.mktemp("classroom") / "template"
    assert main(["release", str(folder), "--format", "classroom", "--course", str(ROOT)]) == 0
    return folder


def test_it_holds_what_students_need(repository: Path) -> None:
    for name in FILES:
        assert (repository / name).is_file()
    for exercise in load_course(ROOT).exercises:
        folder = repository / "exercises" / exercise.id
        names = {path.name for path in folder.iterdir()}
        assert {"README.md", "exercise.yaml", "test_public.py", f"{exercise.id}.py"} <= names
        assert exercise.title in (repository / "README.md").read_text(encoding="utf-8")
    container = json.loads((repository / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert "requirements.txt" in container["postCreateCommand"]


def test_no_line_of_the_private_side_is_in_it(repository: Path) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in repository.rglob("*") if path.is_file()}
    everything, public = "\n".join(texts.values()), said_in_public()
    searched = 0
    for path in sorted((ROOT / "reference").rglob("*.*")):
        if path.name in PUBLIC or path.suffix not in (".py", ".yaml") or path.name == "course.yaml":
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            secret = line.strip()
            if len(secret) < SHORTEST or secret.strip("\"'#, ") in public:
                continue
            searched += 1
            found = [name for name, text in texts.items() if secret in text] if secret in everything else []
            assert not found, f"{path}: {secret}"
    assert searched > 1000
    assert load_course(ROOT).salt not in everything


def said_in_public() -> str:
    """What the reference says to students: statements, public tests, titles of checks; what stubs keep of solutions."""
    texts = [path.read_text(encoding="utf-8") for name in PUBLIC for path in (ROOT / "reference").glob(f"*/{name}")]
    for exercise in load_course(ROOT).exercises:
        text = exercise.solution.read_text(encoding="utf-8")
        given_up = [node for node in ast.parse(text).body if getattr(node, "name", "") in exercise.implement]
        hidden: set[int] = set()
        for node in (part for each in given_up for part in ast.walk(each) if isinstance(part, ast.FunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            hidden.update(number for part in body for number in range(part.lineno, (part.end_lineno or 0) + 1))
        texts += [line for number, line in enumerate(text.splitlines(), 1) if number not in hidden]
    return "\n".join(texts)


class TestWorkflow:
    def test_it_is_of_githubs_schema(self, repository: Path) -> None:
        command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", repository / WORKFLOW]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout

    def test_zizmor_finds_nothing(self, repository: Path) -> None:
        command = [BIN / "zizmor", "--offline", "--no-progress", repository / WORKFLOW]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "No findings to report" in done.stdout

    def test_it_may_read_and_nothing_else(self, repository: Path) -> None:
        workflow = yaml.safe_load((repository / WORKFLOW).read_text(encoding="utf-8"))
        assert workflow["permissions"] == {"contents": "read"}
        for job in workflow["jobs"].values():
            assert "permissions" not in job
            assert job["timeout-minutes"] <= 30
            used = [step for step in job["steps"] if "uses" in step]
            assert all(len(step["uses"].partition("@")[2]) == 40 for step in used)
            (checkout,) = [step for step in used if step["uses"].startswith("actions/checkout@")]
            assert checkout["with"] == {"persist-credentials": False}

    def test_a_gpu_is_used_where_the_course_has_one_and_the_rest_is_graded_without(self, repository: Path) -> None:
        jobs = yaml.safe_load((repository / WORKFLOW).read_text(encoding="utf-8"))["jobs"]
        assert jobs["gpu"]["runs-on"] == ["self-hosted", "gpu"]
        assert "if" in jobs["gpu"]
        assert jobs["grade"]["runs-on"].startswith("ubuntu-")
        assert "if" not in jobs["grade"]

    def test_pip_runs_before_anything_of_a_students_is_there(self, repository: Path) -> None:
        steps = yaml.safe_load((repository / WORKFLOW).read_text(encoding="utf-8"))["jobs"]["grade"]["steps"]
        order = [step.get("uses", step.get("run", "")).partition("@")[0] for step in steps]
        assert order.index("actions/checkout") > next(i for i, step in enumerate(order) if "pip install" in step)


def test_the_workflow_of_the_docs_is_sound_as_well(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "github.md").read_text(encoding="utf-8"), re.S)
    (workflow,) = [block for block in blocks if "jobs:" in block]
    (tmp_path / "marks.yml").write_text(workflow, encoding="utf-8")
    for command in (["check-jsonschema", "--builtin-schema", "vendor.github-workflows"], ["zizmor", "--offline"]):
        done = subprocess.run(
            [BIN / command[0], *command[1:], tmp_path / "marks.yml"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


class TestPackage:
    def test_the_courses_own_requirement_is_what_is_installed(self, tmp_path: Path) -> None:
        requirement = 'autograde @ git+https://x.example/a.git@v1 ; "quoted"'
        course = tmp_path / "course"
        shutil.copytree(ROOT / "reference" / "conv1x1", course / "reference" / "conv1x1")
        settings = {"format": 1, "name": "x: [y]", "salt": "a grain of salt", "package": requirement}
        (course / "reference" / "course.yaml").write_text(yaml.safe_dump(settings))
        folder = tmp_path / "template"
        assert main(["release", str(folder), "--format", "classroom", "--course", str(course)]) == 0
        steps = yaml.safe_load((folder / WORKFLOW).read_text(encoding="utf-8"))["jobs"]["grade"]["steps"]
        assert [step["env"]["PACKAGE"] for step in steps if "PACKAGE" in step.get("env", {})] == [requirement]
        assert (folder / "requirements.txt").read_text(encoding="utf-8") == f"{requirement}\n"

    @pytest.mark.parametrize("package", ["--index-url=https://x.example", "a\nb"])
    def test_what_is_no_requirement_is_an_error(self, tmp_path: Path, package: str) -> None:
        (tmp_path / "reference").mkdir()
        settings = yaml.safe_dump({"format": 1, "name": "x", "salt": "y", "package": package})
        (tmp_path / "reference" / "course.yaml").write_text(settings)
        shutil.copytree(ROOT / "reference" / "conv1x1", tmp_path / "reference" / "conv1x1")
        with pytest.raises(CourseError, match="`package` must be one requirement"):
            load_course(tmp_path)


class TestPytest:
    def test_it_runs_the_public_tests(self, repository: Path, tmp_path: Path) -> None:
        checkout = tmp_path / "checkout"
        shutil.copytree(repository, checkout)
        shutil.copy(ROOT / "reference/conv1x1/solution.py", checkout / "exercises/conv1x1/conv1x1.py")
        wrong = "print('loaded')\n\n\ndef corr2d(X, K):\n    return X\n\n\ndef conv2d(X, K):\n    raise SystemExit\n"
        (checkout / "exercises/corr2d/corr2d.py").write_text(wrong)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-v", "exercises/conv1x1", "exercises/corr2d"], cwd=checkout,
            capture_output=True, text=True, check=False, timeout=300, env={**inherited, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        assert done.returncode == 1
        for name, verdict in [("conv1x1", "PASSED"), ("corr2d", "FAILED")]:
            lines = [line for line in done.stdout.splitlines() if line.startswith(f"exercises/{name}/test_public.py::")]
            assert verdict in {line.split()[1] for line in lines}, done.stdout
        assert "An (H, W) input and an (h, w) kernel give" in done.stdout
        assert "Traceback" not in done.stdout

    def test_where_the_package_is_missing_it_says_what_to_install(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spec = importlib.util.spec_from_file_location("conftest_of_the_template", repository / "conftest.py")
        assert spec is not None
        assert spec.loader is not None
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(pytest.exit.Exception, match=r"python -m pip install -r requirements\.txt"):
            spec.loader.exec_module(importlib.util.module_from_spec(spec))
