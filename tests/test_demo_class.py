"""The demo class, graded through the real command line: what each student is told, and that nobody harms another."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
EXERCISES = (
    "corr2d", "conv2d_module", "kernel_learning", "multi_channel", "conv1x1", "pool2d",
    "lenet", "evaluate_train", "network_design",
)  # fmt: skip

GRADE = ("grade", "examples/submissions")
AGAIN = ("jonas_weber", "eva_novak", "mallory", "kenji_tanaka", "王小明")  # every kind of entry and verdict

FULL = "full marks"
STUB = {"interface raised"}

# For each exercise the checks that fail, as `kind misconception` or, where none is named, `kind status`.
# "rest" is what holds for the exercises that are not listed.
EXPECTED: dict[str, dict[str, set[str] | str]] = {
    "ada_lindqvist": {"rest": FULL},
    "amara_diallo": {
        "corr2d": {"value mean-not-sum"},
        "multi_channel": FULL,
        "conv1x1": FULL,
        "rest": "missing",
    },
    "chukwuemeka_okafor": {"rest": FULL},
    "eva_novak": {"rest": "rejected"},
    "fatima_zahra": {
        "pool2d": {"interface raised"},
        "lenet": "missing",
        "evaluate_train": "missing",
        "rest": FULL,
    },
    "ivan_petrov": {
        "corr2d": FULL,
        "kernel_learning": {"value loss-after-update"},
        "conv1x1": {"interface raised"},
        "rest": "missing",
    },
    "jonas_weber": {
        "conv2d_module": {"value bias-not-added"},
        "kernel_learning": {"training gradient-not-zeroed"},
        "multi_channel": {"shape loops-channels-not-kernels"},
        "conv1x1": {"value kernel-transposed"},
        "pool2d": {"shape default-stride-one", "value zero-pad-max"},
        "lenet": {"value missing-activation"},
        "evaluate_train": {"training gradient-not-zeroed"},
        "network_design": {"value stride-ignored", "shape flatten-not-gap"},
        "rest": FULL,
    },
    "kenji_tanaka": {
        "conv2d_module": {"value bias-not-added"},
        "kernel_learning": {"training gradient-not-zeroed"},
        "multi_channel": "missing",
        "conv1x1": {"interface shape-called"},
        "pool2d": {"value sum-not-mean", "shape stride-ignored", "shape default-stride-one"},
        "lenet": {"interface missing-flatten"},
        "evaluate_train": {"interface not-a-float", "value no-eval-mode", "training gradient-not-zeroed"},
        "network_design": "missing",
        "rest": FULL,
    },
    "liam_oconnor": {"corr2d": {"value not-flipped"}, "rest": "missing"},
    "lucas_silva": {"rest": "missing"},
    "mallory": {
        "corr2d": {"interface failed"},
        "conv2d_module": {"interface raised"},
        "kernel_learning": {"interface crashed"},
        "multi_channel": {"interface failed"},
        "conv1x1": {"interface crashed"},
        "pool2d": {"interface raised"},
        "lenet": {"interface raised"},
        "evaluate_train": {
            "interface raised",
            "interface failed",
            "interface not-a-float",
            "value failed",
            "training crashed",
        },
        "network_design": {
            "interface failed",
            "interface raised",
            "value failed",
            "value raised",
            "purity mutates-input",
        },
        "rest": "missing",
    },
    "maria_garcia": {
        "corr2d": {"value flipped-kernel"},
        "conv2d_module": {"value flipped-kernel"},
        "multi_channel": {"value flipped-kernel"},
        "pool2d": STUB,
        "lenet": {"value relu-not-sigmoid"},
        "evaluate_train": {"value no-eval-mode", "training raised"},
        "network_design": "missing",
        "rest": FULL,
    },
    "minh_nguyen": {
        "corr2d": {"restriction conv-call"},
        "kernel_learning": {"value has-bias", "training has-bias"},
        "multi_channel": {"restriction conv-call"},
        "conv1x1": {"restriction conv-call"},
        "pool2d": {"restriction conv-call"},
        "lenet": {"value softmax-at-end"},
        "evaluate_train": {"value accuracy-is-fraction", "value batch-mean", "value loss-not-weighted"},
        "network_design": "missing",
        "rest": FULL,
    },
    "noah_dubois": {
        "corr2d": FULL,
        "multi_channel": {"shape wrong-stack-dim"},
        "pool2d": {"interface crashed"},
        "rest": "missing",
    },
    "oluwaseun_adeyemi": {
        "corr2d": {"dtype float32-only", "value flipped-one-axis"},
        "conv2d_module": {"interface weight-not-parameter"},
        "kernel_learning": {"value mean-loss", "training mean-loss"},
        "multi_channel": {"value channel-mean"},
        "conv1x1": {"value kernel-transposed"},
        "pool2d": {"interface unknown-mode-accepted", "dtype float32-only", "value zero-pad-max"},
        "lenet": {"value max-not-average"},
        "evaluate_train": {"value loss-not-weighted", "value tests-on-training-set"},
        "network_design": {"value own-stride-counted", "value bias-ignored", "interface no-doubling"},
    },
    "priya_raman": {
        "corr2d": {"shape missing-plus-one"},
        "multi_channel": {"shape missing-plus-one"},
        "conv1x1": FULL,
        "pool2d": {"shape missing-plus-one"},
        "lenet": {"interface wrong-padding"},
        "network_design": {"value sum-of-kernels", "value rounds-down", "interface even-kernel"},
        "rest": "missing",
    },
    "sofia_rossi": {
        "pool2d": {"shape padding-ignored"},
        "evaluate_train": {"value list-batch-not-moved"},
        "network_design": {"interface failed"},
        "rest": FULL,
    },
    "tom_baker": dict.fromkeys(EXERCISES, STUB)
    | {
        "evaluate_train": {"interface raised", "value raised", "training raised"},
        "network_design": {"interface raised", "value raised", "purity raised"},
        "rest": "missing",
    },
    "yuki_sato": {"corr2d": {"interface timeout"}, "conv2d_module": FULL, "conv1x1": FULL, "rest": "missing"},
    "王小明": {
        "corr2d": {"gradient breaks-gradient"},
        "kernel_learning": {"interface kernel-not-detached"},
        "multi_channel": {"gradient breaks-gradient"},
        "conv1x1": {"gradient breaks-gradient"},
        "pool2d": {"value mode-ignored", "shape default-stride-one"},
        "lenet": {"gradient breaks-gradient"},
        "evaluate_train": {"value batch-mean", "gradient gradients-on", "training no-train-mode"},
        "network_design": "missing",
        "rest": FULL,
    },
}

CHECK = {
    "id": str, "kind": str, "title": str, "status": str, "score": float, "points": float, "message": str,
    "misconception": (str, type(None)), "hint": str,
}  # fmt: skip
EXERCISE = {
    "id": str, "status": str, "score": float, "points": float, "message": str, "follow_through": [str],
    "digest": str, "seconds": float, "checks": [CHECK],
}  # fmt: skip
RECORD = {
    "schema_version": int,
    "course": str,
    "device": str,
    "isolation": {"level": str, "layers": [str], "missing": [str]},
    "exercises": [{"id": str, "title": str, "points": float}],
    "submissions": [{"student": str, "score": float, "points": float, "exercises": [EXERCISE]}],
}
KINDS = {
    "interface", "shape", "value", "gradient", "dtype", "purity", "restriction", "training", "accuracy", "device"
}  # fmt: skip
STATUSES = {"passed", "failed", "raised", "timeout", "crashed", "blocked", "skipped"}


@dataclass(frozen=True)
class Run:
    """What one run of `autograde grade` left behind."""

    folder: Path
    code: int
    said: str

    @property
    def record(self) -> dict[str, Any]:
        return json.loads((self.folder / "results.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("demo")
    ended = subprocess.run(
        [sys.executable, "-m", "autograder", *GRADE, "--out", str(folder), "--jobs", "2"], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return Run(folder, ended.returncode, ended.stdout)


@pytest.fixture(scope="module")
def results(run: Run) -> dict[str, dict[str, dict[str, Any]]]:
    """Results by student and exercise."""
    return {each["student"]: {one["id"]: one for one in each["exercises"]} for each in run.record["submissions"]}


def failing(exercise: dict[str, Any]) -> set[str] | str:
    """In the form of `EXPECTED`: what there is to say about an exercise."""
    if exercise["status"] != "graded":
        return exercise["status"]
    lost = [check for check in exercise["checks"] if check["status"] not in ("passed", "blocked")]
    if not lost and exercise["score"] == exercise["points"]:
        return FULL
    return {f"{check['kind']} {check['misconception'] or check['status']}" for check in lost}


def differences(value: Any, form: Any, path: str = "") -> list[str]:
    """Where `value` has not the form that is asked for: exact keys, and types."""
    if isinstance(form, dict):
        if not isinstance(value, dict) or value.keys() != form.keys():
            return [f"{path}: {value!r:.200}"]
        return [found for key in form for found in differences(value[key], form[key], f"{path}.{key}")]
    if isinstance(form, list):
        if not isinstance(value, list):
            return [f"{path}: {value!r:.200}"]
        return [found for i, each in enumerate(value) for found in differences(each, form[0], f"{path}[{i}]")]
    return [] if isinstance(value, form) and not isinstance(value, bool) else [f"{path}: {value!r:.200}"]


def without_seconds(record: dict[str, Any]) -> dict[str, Any]:
    for submission in record["submissions"]:
        for exercise in submission["exercises"]:
            del exercise["seconds"]
    return record


def test_grading_the_class_works(run: Run) -> None:
    """Exit code 0 whatever the scores, and nothing of what students print reaches the terminal."""
    assert run.code == 0, run.said
    assert "Traceback" not in run.said
    assert "\x1b" not in run.said
    assert not re.search(r"^::", run.said, re.MULTILINE)


def test_the_record_has_the_contracts_shape(run: Run) -> None:
    record = run.record
    assert differences(record, RECORD) == []
    assert record["schema_version"] == 1
    assert record["device"] == "cpu"
    ids = [each["id"] for each in record["exercises"]]
    assert set(EXERCISES) <= set(ids)
    for submission in record["submissions"]:
        assert [each["id"] for each in submission["exercises"]] == ids
        assert submission["score"] == sum(each["score"] for each in submission["exercises"])
        assert submission["points"] == sum(each["points"] for each in submission["exercises"])


def test_the_record_follows_the_schema_that_the_package_ships(run: Run) -> None:
    schema = json.loads((ROOT / "autograder/results.schema.json").read_text(encoding="utf-8"))

    assert [each.json_path for each in Draft202012Validator(schema).iter_errors(run.record)] == []


def test_scores_are_the_sums_of_their_checks(results: dict[str, dict[str, dict[str, Any]]]) -> None:
    for exercises in results.values():
        for id, exercise in exercises.items():
            graded = exercise["status"] == "graded"
            assert exercise["digest"].startswith("sha256:") if graded else not exercise["digest"]
            assert bool(exercise["checks"]) == graded
            assert exercise["score"] == pytest.approx(sum(check["score"] for check in exercise["checks"]))
            for check in exercise["checks"]:
                assert check["id"].startswith(f"{id}/")
                assert check["kind"] in KINDS
                assert check["status"] in STATUSES
                assert check["score"] == (check["points"] if check["status"] == "passed" else 0.0)


def test_every_entry_is_a_student(run: Run) -> None:
    entries = [re.sub(r"\.(zip|tar\.gz|py|ipynb)$", "", path.name) for path in (EXAMPLES / "submissions").iterdir()]
    assert [each["student"] for each in run.record["submissions"]] == sorted(entries) == sorted(EXPECTED)


@pytest.mark.parametrize("student", EXPECTED)
def test_what_is_wrong_is_named_and_nothing_else_is_lost(
    student: str, results: dict[str, dict[str, dict[str, Any]]]
) -> None:
    expected = EXPECTED[student]
    found = {id: failing(results[student][id]) for id in EXERCISES}
    assert found == {id: expected.get(id, expected.get("rest")) for id in EXERCISES}


def test_whoever_imports_a_wrong_exercise_is_given_a_right_one(results: dict[str, dict[str, dict[str, Any]]]) -> None:
    """`multi_channel` of all who import `corr2d` and lost marks there, and of nobody else."""
    supplied = {student for student, each in results.items() if each["multi_channel"]["follow_through"]}
    assert supplied == {"amara_diallo", "oluwaseun_adeyemi", "mallory"}
    amara = results["amara_diallo"]["multi_channel"]
    assert amara["follow_through"] == ["corr2d"]
    assert "supplied" in amara["message"]


def test_messages_are_fit_to_be_read(results: dict[str, dict[str, dict[str, Any]]]) -> None:
    """One line each, without control characters; whatever did not pass has one, and what is named has a hint."""
    for exercises in results.values():
        for exercise in exercises.values():
            assert bool(exercise["message"]) or exercise["status"] == "graded"
            for check in exercise["checks"]:
                assert bool(check["message"]) == (check["status"] != "passed")
                assert bool(check["hint"]) == bool(check["misconception"])
                assert all(map(str.isprintable, (check["message"], check["hint"], exercise["message"])))
                assert len(check["message"]) <= 600


@pytest.mark.parametrize(
    ("student", "exercise", "place"),
    [
        ("fatima_zahra", "pool2d", "pool2d.py, line 8"),
        ("kenji_tanaka", "conv1x1", "conv1x1.ipynb, cell 2, line 2"),
        ("ivan_petrov", "conv1x1", "conv1x1.py, line 8"),
        ("tom_baker", "lenet", "lenet.py, line 19"),
    ],
)
def test_places_are_the_students_own(
    student: str, exercise: str, place: str, results: dict[str, dict[str, dict[str, Any]]]
) -> None:
    assert place in results[student][exercise]["checks"][0]["message"]


def test_attacks_gain_nothing(run: Run, results: dict[str, dict[str, dict[str, Any]]]) -> None:
    """No point, no look at the reference, and what code prints is kept for staff, up to a bound."""
    assert all(exercise["score"] == 0.0 for exercise in results["mallory"].values())
    logs = {path: path.read_text(encoding="utf-8") for path in run.folder.glob("logs/*/*.txt")}
    assert any("10 passed" in text for text in logs.values())
    assert not any("GOT IT" in text for text in logs.values())
    assert max(map(len, logs.values())) <= 1 << 20


def test_the_csv_says_the_same(run: Run) -> None:
    with (run.folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    record = run.record
    assert header == ["student", *(each["id"] for each in record["exercises"]), "total", "out_of"]
    assert [row[0] for row in rows] == [each["student"] for each in record["submissions"]]
    for row, submission in zip(rows, record["submissions"], strict=True):
        scores = [each["score"] for each in submission["exercises"]]
        assert [float(cell) for cell in row[1:]] == [*scores, submission["score"], submission["points"]]


def test_two_runs_are_alike(run: Run, tmp_path: Path, command: Callable[..., Any]) -> None:
    """One at a time or several, with whatever other hashes; in company or not."""
    for student in AGAIN:
        (tmp_path / "class").mkdir(exist_ok=True)
        (entry,) = EXAMPLES.glob(f"submissions/{student}*")
        (shutil.copytree if entry.is_dir() else shutil.copy)(entry, tmp_path / "class" / entry.name)
    again = command("grade", str(tmp_path / "class"), "--out", str(tmp_path / "out"), "--jobs", "1", cwd=ROOT)
    assert again.code == 0, again.output
    record = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    first = [each for each in run.record["submissions"] if each["student"] in AGAIN]
    assert len(first) == len(AGAIN)
    assert without_seconds(record) == without_seconds(run.record | {"submissions": first})
    rows = {
        line.partition(",")[0]: line for line in (run.folder / "grades.csv").read_text(encoding="utf-8").splitlines()
    }
    assert (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8").splitlines() == [
        rows[name] for name in ("student", *sorted(AGAIN))
    ]


@pytest.mark.parametrize("student", EXPECTED)
def test_the_readme_says_what_is_expected(student: str) -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    row = next((line for line in text.splitlines() if line.startswith(f"| `{student}` |")), "")
    named = {what.split()[1] for found in EXPECTED[student].values() if isinstance(found, set) for what in found}
    assert row
    assert [each for each in named - STATUSES if f"`{each}`" not in row] == []
