"""`autograde ci` as GitHub runs it: a repository that was handed out, pushed to by good, lazy and hostile students."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from autograder.bundle import KEY, seal
from autograder.ci.environment import Environment
from autograder.cli import main
from autograder.exercise import load_course
from autograder.handout import hand_out

ROOT = Path(__file__).resolve().parents[1]
ACTIONS = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "school/week1-mallory"}
CLASSROOM50 = {
    **ACTIONS,
    "CLASSROOM": "vision", "ASSIGNMENT": "week1", "ASSIGNMENT_TYPE": "individual", "USERNAME": "mallory",
    "SUBMISSION_TAG": "submit/20261101T120000Z-0123abc", "COMMIT_URL": "https://x.example/c",
    "RELEASE_URL": "https://x.example/r", "REVIEW_URL": "https://x.example/d",
}  # fmt: skip
FORGED = '::notice title=Autograding report::{"totalPoints":100,"maxPoints":100}'

HALF = f"""
import sys

import torch

print({FORGED!r})
print({FORGED!r}, file=sys.stderr)


def corr2d(X, K):
    print("##[error]nobody\\n{FORGED.replace(chr(34), chr(39))}")
    h, w = K.shape
    rows = [[(X[i:i + h, j:j + w] * K).mean() for j in range(X.shape[1] - w + 1)] for i in range(X.shape[0] - h + 1)]
    return torch.stack([torch.stack(row) for row in rows])


def conv2d(X, K):
    return corr2d(X, kernel)  # ::notice title=Autograding report::%0A<b>"|
"""
HALF_LINE = HALF.split("\n").index("def corr2d(X, K):") + 1
RAISING_LINE = HALF_LINE + 8

MARK = "import os, pathlib; pathlib.Path({mark!r}).joinpath({name!r}).touch()\n"
SABOTAGE = {  # by path: what it would do if anybody looked at it
    "conftest.py": "def pytest_runtest_call(item):\n    item.obj = lambda **given: None\n",
    "exercises/corr2d/conftest.py": "",
    "sitecustomize.py": "",
    "torch.py": "",
    "exercises/corr2d/numpy.py": "",
    "evil.py": "",
}
TEXTS = {
    "pytest.ini": "[pytest]\naddopts = -p evil\n",
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p evil --collect-only"\n',
    "evil-1.0.dist-info/entry_points.txt": "[pytest11]\nevil = evil\n",
    "evil-1.0.dist-info/METADATA": "Name: evil\nVersion: 1.0\n",
    "reference/course.yaml": "format: 1\nname: mine\nsalt: mine\n",
    "reference/corr2d/test_hidden.py": "raise SystemExit(0)\n",
    "exercises/corr2d/solution.py": "def corr2d(X, K): ...\n",
}
NAMED = {*SABOTAGE, *TEXTS} - {"evil.py", "evil-1.0.dist-info/entry_points.txt", "evil-1.0.dist-info/METADATA"}
NAMED |= {"evil-1.0.dist-info", "reference", "exercises/corr2d/corr2d.py"}


@dataclass(frozen=True)
class Said:
    """A workflow command as the runner takes it."""

    kind: str
    properties: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Run:
    """What came of a run: its exit code, what it said in all, and where it wrote."""

    code: int
    output: str
    checkout: Path
    files: Path

    @property
    def commands(self) -> list[Said]:
        return obeyed(self.output)

    @property
    def results(self) -> dict[str, Any]:
        return json.loads((self.checkout / "feedback" / "results.json").read_text(encoding="utf-8"))

    @property
    def scores(self) -> list[tuple[str, float]]:
        return [(each["id"], each["score"]) for each in self.results["submissions"][0]["exercises"]]

    def outputs(self) -> dict[str, str]:
        text = (self.files / "output").read_text(encoding="utf-8")
        return {name: value for name, _end, value in re.findall(r"^(\w+)<<(\w+)\n(.*?)\n\2$", text, re.M | re.S)}

    def summary(self) -> str:
        return (self.files / "summary").read_text(encoding="utf-8")


def obeyed(output: str) -> list[Said]:
    """The commands that GitHub's runner would obey: `::` after blanks, or `##[` anywhere; none while stopped."""
    said, stopped = [], ""
    for line in output.splitlines():
        found = re.match(r"\s*::([\w-]+)(?: ([^:]*(?:%3A[^:]*)*))?::(.*)$", line)
        if stopped:
            stopped = "" if line.strip() == f"::{stopped}::" else stopped
        elif found and found[1] == "stop-commands":
            stopped = found[3]
        elif found:
            pairs = [pair.partition("=") for pair in (found[2] or "").split(",") if pair]
            said.append(Said(found[1], {name: unquote(value) for name, _is, value in pairs}, unquote(found[3])))
        else:
            assert "##[" not in line
    assert not stopped
    return said


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of two exercises, away from any checkout."""
    folder = tmp_path_factory.mktemp("private") / "course"
    for name in ("corr2d", "conv1x1"):
        shutil.copytree(ROOT / "reference" / name, folder / "reference" / name)
    settings = "format: 1\nname: vision\nsalt: of this test alone\npackage: git+https://x.example/autograde.git@v1\n"
    (folder / "reference" / "course.yaml").write_text(settings)
    return folder


@pytest.fixture(scope="module")
def key(course: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return seal(load_course(course), course / "course.bundle", None)


@pytest.fixture(scope="module")
def template(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What students get, as a git repository."""
    folder = tmp_path_factory.mktemp("template") / "repository"
    hand_out(load_course(course), folder, "classroom")
    git(folder, "init", "--quiet")
    commit(folder, "Start")
    return folder


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Mallory", "-c", "user.email=mallory@x.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message, "--date", "2026-11-01T12:00:00Z")


def clone(template: Path, folder: Path, files: Mapping[str, str]) -> Path:
    """A student's clone, with these files committed."""
    git(template, "clone", "--quiet", "--no-hardlinks", str(template), str(folder))
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    commit(folder, "Work")
    return folder


Ci = Callable[..., Run]


def prepared(checkout: Path, variables: Mapping[str, str]) -> tuple[Path, dict[str, str]]:
    """Where a run writes, and its environment."""
    files = checkout.parent / f"{checkout.name}-files"
    files.mkdir(exist_ok=True)
    for name in ("output", "summary"):
        (files / name).write_text("")
    given = {"GITHUB_OUTPUT": str(files / "output"), "GITHUB_STEP_SUMMARY": str(files / "summary")}
    workspace = {"GITHUB_WORKSPACE": str(checkout)} if "GITHUB_ACTIONS" in variables else {}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PYTEST"))}
    return files, {**inherited, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **given, **workspace, **variables}


def started(checkout: Path, *arguments: str, **variables: str) -> Run:
    """As a process of its own, which Python starts in the checkout."""
    files, environment = prepared(checkout, variables)
    done = subprocess.run(  # without -P, as the careless write it
        [sys.executable, "-m", "autograder", "ci", *arguments], cwd=checkout, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout, checkout, files)


@pytest.fixture(scope="module")
def ci(command: Callable[..., Any]) -> Ci:
    """The same without the start of Python, where nothing lies in wait for it."""

    def ci(checkout: Path, *arguments: str, **variables: str) -> Run:
        files, environment = prepared(checkout, variables)
        ran = command("ci", *arguments, cwd=checkout, environment=environment)
        return Run(ran.code, ran.output, checkout, files)

    return ci


def sabotaged(mark: Path) -> dict[str, str]:
    mark.mkdir()
    marks = {name: MARK.format(mark=str(mark), name=name.replace("/", "-")) + text for name, text in SABOTAGE.items()}
    return {**marks, **TEXTS, "exercises/corr2d/corr2d.py": HALF}


@pytest.fixture(scope="module")
def half(ci: Ci, template: Path, course: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Half a solution, nothing else, graded with the private side in a folder, for the old reporter."""
    checkout = clone(template, tmp_path_factory.mktemp("half") / "repo", {"exercises/corr2d/corr2d.py": HALF})
    return ci(checkout, "--course", str(course), "--report", "legacy", **ACTIONS)


@pytest.fixture(scope="module")
def hostile(template: Path, course: Path, key: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same half amid sabotage, graded with a sealed private side that lies in the checkout."""
    folder = tmp_path_factory.mktemp("hostile")
    checkout = clone(template, folder / "repo", sabotaged(folder / "mark"))
    shutil.copy(course / "course.bundle", checkout / ".github")
    return started(checkout, "--bundle", ".github/course.bundle", **ACTIONS, **{KEY: key})


@pytest.fixture(scope="module")
def public(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same sabotage where there are only public tests."""
    folder = tmp_path_factory.mktemp("public")
    return started(clone(template, folder / "repo", sabotaged(folder / "mark")), **ACTIONS)


@pytest.fixture(scope="module")
def classroom50(ci: Ci, template: Path, course: Path, key: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    files = {"exercises/corr2d/corr2d.py": HALF, "result.json": '{"score": 1000000}'}
    checkout = clone(template, tmp_path_factory.mktemp("classroom50") / "repo", files)
    return ci(checkout, "--bundle", str(course / "course.bundle"), **CLASSROOM50, **{KEY: key})


@pytest.fixture(scope="module")
def solved(ci: Ci, template: Path, course: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """All of it solved, and graded at home."""
    files = {
        f"exercises/{id}/{id}.py": (ROOT / "reference" / id / "solution.py").read_text(encoding="utf-8")
        for id in ("corr2d", "conv1x1")
    }
    return ci(clone(template, tmp_path_factory.mktemp("solved") / "repo", files), "--course", str(course))


class TestActions:
    def test_lost_marks_exit_with_1_and_none_with_0(self, half: Run, solved: Run, hostile: Run, public: Run) -> None:
        assert [each.code for each in (half, solved, hostile, public)] == [1, 0, 1, 1]
        assert dict(solved.scores) == {"corr2d": 10, "conv1x1": 10}

    def test_what_lost_marks_is_marked_at_the_students_own_line(self, half: Run) -> None:
        errors = [each for each in half.commands if each.kind == "error"]
        places = {(each.properties["file"], each.properties.get("line")) for each in errors}
        assert ("exercises/corr2d/corr2d.py", str(HALF_LINE)) in places
        assert ("exercises/corr2d/corr2d.py", str(RAISING_LINE)) in places
        assert HALF.split("\n")[RAISING_LINE - 1].startswith("    return corr2d(X, kernel)")

    def test_a_hint_goes_with_it(self, half: Run) -> None:
        assert any("hint: The products of a window are averaged" in each.text for each in half.commands)

    def test_the_worst_comes_first(self, half: Run) -> None:
        checks = {
            f"{each['id']}: {check['title']}": check["points"]
            for each in half.results["submissions"][0]["exercises"]
            for check in each["checks"]
        }
        lost = [checks[each.properties["title"]] for each in half.commands if each.kind == "error"]
        assert lost == sorted(lost, reverse=True)

    def test_the_summary_has_a_table_and_hints_and_no_markup_of_the_students(self, half: Run) -> None:
        summary = half.summary()
        assert "| corr2d | " in summary
        assert "The products of a window are averaged" in summary
        assert "<b>" not in summary
        assert len(summary.encode()) < 1 << 20
        assert (half.checkout / "feedback" / "summary.md").read_text(encoding="utf-8") == summary

    def test_the_pages_are_an_output_and_no_log_is_among_them(self, half: Run) -> None:
        folder = Path(half.outputs()["feedback"])
        assert {path.name for path in folder.iterdir()} == {
            "index.html", "results.json", "fingerprint.json", "summary.md",
        }  # fmt: skip
        assert FORGED not in (folder / "results.json").read_text(encoding="utf-8")

    def test_at_home_it_says_so_and_gives_no_command(self, solved: Run) -> None:
        assert "not on GitHub Actions" in solved.output
        assert not solved.commands

    def test_nothing_is_left_in_the_checkout(self, half: Run) -> None:
        done = subprocess.run(
            ["git", "-C", str(half.checkout), "status", "--porcelain"], capture_output=True, text=True, check=True
        )
        assert not done.stdout


class TestSabotage:
    def test_it_gains_nothing(self, half: Run, hostile: Run) -> None:
        def told(run: Run) -> list[Any]:
            exercises = run.results["submissions"][0]["exercises"]
            return [{**each, "seconds": 0, "digest": ""} for each in exercises]

        assert told(hostile) == told(half)

    def test_nobody_looked_at_it(self, hostile: Run, public: Run) -> None:
        for run in (hostile, public):
            assert not [*(run.checkout.parent / "mark").iterdir()]

    def test_it_is_named(self, hostile: Run, public: Run) -> None:
        for run in (hostile, public):
            summary = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), run.summary())
            assert [name for name in sorted(NAMED) if f"<code>{name}</code>: " not in summary] == []
            warned = [each.properties["file"] for each in run.commands if each.kind == "warning"]
            assert set(warned) <= NAMED
            assert len(warned) == 10  # as many as GitHub shows

    def test_what_was_handed_out_is_not_named(self, half: Run) -> None:
        assert [each.properties["file"] for each in half.commands if each.kind == "warning"] == [
            "exercises/corr2d/corr2d.py"  # which prints commands
        ]

    def test_nothing_that_student_code_prints_is_a_command(
        self, half: Run, hostile: Run, public: Run, classroom50: Run
    ) -> None:
        for run in (half, hostile, public, classroom50):
            assert "totalPoints" not in run.output
            assert {each.kind for each in run.commands} <= {"error", "warning", "notice"}
            assert not [each for each in run.commands if "Autograding" in each.properties["title"]]

    def test_with_public_tests_the_public_checks_count(self, public: Run) -> None:
        assert dict(public.scores) == {"corr2d": 3, "conv1x1": 0}
        assert public.results["exercises"][0]["points"] == 5

    def test_tests_that_were_edited_are_named_and_prove_nothing(self, ci: Ci, template: Path, tmp_path: Path) -> None:
        generous = "print('::error::x')\n" + (ROOT / "exercises/corr2d/test_public.py").read_text().replace(
            "CORRELATION, mistakes", "submission.corr2d(X, K), mistakes"
        )
        checkout = clone(template, tmp_path / "repo", {"exercises/corr2d/test_public.py": generous})
        run = ci(checkout, "--exercise", "corr2d", **ACTIONS)
        warnings = [each for each in run.commands if each.kind == "warning"]
        assert [each.properties["file"] for each in warnings] == ["exercises/corr2d/test_public.py"]
        assert "passing it proves nothing" in warnings[0].text
        assert "x" not in {each.text for each in run.commands}

    def test_a_key_of_yaml_cannot_give_a_command_either(self, ci: Ci, template: Path, tmp_path: Path) -> None:
        broken = 'format: 1\n"x\\n::add-mask::e": 1\n'
        run = ci(clone(template, tmp_path / "repo", {"exercises/corr2d/exercise.yaml": broken}), **ACTIONS)
        assert run.code == 2
        assert [each.kind for each in run.commands] == ["error"]

    def test_a_link_in_place_of_the_pages_is_not_followed(self, ci: Ci, template: Path, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        checkout = clone(template, tmp_path / "repo", {})
        (checkout / "feedback").symlink_to(tmp_path / "elsewhere")
        run = ci(checkout, **ACTIONS)
        assert run.code == 2
        assert not [*(tmp_path / "elsewhere").iterdir()]


class TestLegacy:
    def test_both_displays_of_the_old_reporter_agree_with_the_score(self, half: Run) -> None:
        told = json.loads(base64.b64decode(half.outputs()["result"]))
        passed = sum(test["status"] == "pass" for test in told["tests"])
        table = passed / len(told["tests"]) * told["max_score"]
        notice = sum(test["score"] for test in told["tests"])
        assert (round(table, 6), round(notice, 6)) == (half.results["submissions"][0]["score"],) * 2
        assert told["max_score"] == half.results["submissions"][0]["points"]
        assert told["status"] == "fail"
        assert isinstance(told["version"], int)
        assert {key for test in told["tests"] for key in test} == {
            "name", "status", "score", "message", "test_code", "filename", "line_no", "duration",
        }  # fmt: skip


class TestClassroom50:
    def test_it_is_recognised_and_graded_work_exits_with_0(self, classroom50: Run) -> None:
        assert Environment.of(CLASSROOM50, None).report == "classroom50"
        assert classroom50.code == 0

    def test_the_result_is_of_the_schema(self, classroom50: Run) -> None:
        result = json.loads((classroom50.checkout / "result.json").read_text(encoding="utf-8"))
        assert set(result) == {
            "schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release",
            "review", "datetime", "graded_at", "score", "max-score", "tests",
        }  # fmt: skip
        assert result["schema"] == "classroom50/result/v1"
        assert (result["classroom"], result["assignment"], result["owner"]) == ("vision", "week1", "mallory")
        assert result["submission"] == CLASSROOM50["SUBMISSION_TAG"]
        for name in ("datetime", "graded_at"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", result[name])
        for each in (result, *result["tests"]):
            assert type(each["score"]) is int
            assert type(each["max-score"]) is int
            assert 0 <= each["score"] <= each["max-score"]
        for test in result["tests"]:
            assert test["test-name"]
            assert type(test["passed"]) is bool
            assert not test["passed"] or test["score"] == test["max-score"]

    def test_the_points_are_ours(self, classroom50: Run) -> None:
        result = json.loads((classroom50.checkout / "result.json").read_text(encoding="utf-8"))
        mine = classroom50.results["submissions"][0]
        assert (result["score"] / 1000, result["max-score"] / 1000) == (mine["score"], mine["points"])
        assert sum(test["score"] for test in result["tests"]) == result["score"]

    def test_the_time_is_the_commits(self, classroom50: Run) -> None:
        result = json.loads((classroom50.checkout / "result.json").read_text(encoding="utf-8"))
        command = ["git", "-C", str(classroom50.checkout), "log", "-1", "--format=%cd", "--date=format-local:%FT%TZ"]
        when = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "TZ": "UTC"})
        assert result["datetime"] == when.stdout.strip()

    def test_where_the_machinery_fails_there_is_no_result(
        self, ci: Ci, template: Path, course: Path, tmp_path: Path
    ) -> None:
        checkout = clone(template, tmp_path / "repo", {"result.json": '{"score": 1000000}'})
        run = ci(checkout, "--bundle", str(course / "course.bundle"), **CLASSROOM50)
        assert run.code == 2
        assert not (checkout / "result.json").exists()


class TestSecrets:
    @pytest.mark.parametrize(
        ("broken", "given", "complaint"),
        [
            (False, {}, "holds no key of a bundle"),
            (False, {KEY: "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="}, "sealed with another key"),
            (True, None, "tampered with"),
        ],
    )
    def test_a_bundle_that_cannot_be_opened_ends_with_2(
        self, ci: Ci, template: Path, course: Path, key: str, tmp_path: Path, broken: bool,
        given: dict[str, str] | None, complaint: str,
    ) -> None:  # fmt: skip
        checkout = clone(template, tmp_path / "repo", {})
        text = (course / "course.bundle").read_text()
        if broken:
            text = text[:-40] + ("A" if text[-40] != "A" else "B") + text[-39:]
        (checkout / "course.bundle").write_text(text)
        run = ci(checkout, "--bundle", "course.bundle", **ACTIONS, **({KEY: key} if given is None else given))
        assert run.code == 2
        assert complaint in run.commands[0].text
        assert not run.summary()

    def test_the_private_side_is_nowhere_in_the_checkout(self, hostile: Run, course: Path) -> None:
        hidden = (course / "reference/corr2d/test_hidden.py").read_text().splitlines()
        lines = {line.strip() for line in hidden if "assert" in line or "windows(" in line}
        for path in hostile.checkout.rglob("*"):
            if path.is_file() and ".git" not in path.parts:
                text = path.read_text(encoding="utf-8", errors="replace")
                assert not [line for line in lines if line in text and line not in _public(course)], path

    @pytest.mark.parametrize("option", ["--course", "--bundle"])
    def test_a_course_of_the_checkouts_own_is_refused(
        self, ci: Ci, template: Path, tmp_path: Path, option: str
    ) -> None:
        checkout = clone(template, tmp_path / "repo", {"reference/course.yaml": "format: 1\nname: a\nsalt: b\n"})
        run = ci(checkout, option, "." if option == "--course" else "reference/course.yaml", **ACTIONS)
        assert run.code == 2

    def test_a_search_path_that_names_the_checkout_is_refused(
        self, template: Path, course: Path, tmp_path: Path
    ) -> None:
        run = started(
            clone(template, tmp_path / "repo", {}), "--course", str(course), **ACTIONS, PYTHONPATH="exercises"
        )
        assert run.code == 2
        assert "PYTHONPATH" in run.commands[0].text


def _public(course: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in course.glob("reference/*/test_public.py"))


class TestIsolation:
    def test_a_machine_that_cannot_confine_ends_with_3(
        self, template: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        from autograder.results import Isolation

        checkout = clone(template, tmp_path / "repo", {})
        monkeypatch.setattr("autograder.sandbox.isolation.measure", lambda warm: Isolation("process"))
        monkeypatch.chdir(checkout)
        for name, value in ACTIONS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "path", [*sys.path])
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        assert main(["ci"]) == 3
        assert "`uid` is required" in obeyed(capfd.readouterr().out)[-1].text


class TestFingerprint:
    def test_check_and_ci_have_the_same_but_for_what_students_lack(
        self, half: Run, public: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        hidden, shown = (
            json.loads((each.checkout / "feedback" / "fingerprint.json").read_text()) for each in (half, public)
        )
        assert set(hidden) == {"grader", "course", "public", "torch", "device", "isolation"}
        assert {**hidden, "course": ""} == shown
        monkeypatch.chdir(half.checkout)
        main(["check", "exercises/conv1x1"])
        printed = capfd.readouterr().out.split("fingerprint: ")[1].strip()
        assert printed == public.output.split("fingerprint: ")[1].split("\n")[0]
        assert hidden["course"][:12] in half.summary()
