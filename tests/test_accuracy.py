"""Accuracy: what crosses the boundary, what is counted here, and thresholds that are measured or refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from autograder import calibrate as calibrate_module
from autograder import datasets
from autograder.calibrate import calibrate, threshold_of
from autograder.cli import main
from autograder.datasets import Dataset
from autograder.errors import CourseError, UsageError
from autograder.exercise import Course
from autograder.grading.accuracy import FILE
from autograder.grading.session import GradingSession
from autograder.grading.student import StudentGrader, Work
from autograder.results import CheckResult, ExerciseResult
from autograder.sandbox.connection import Worker
from autograder.sandbox.warm import WarmProcess
from autograder.submission import Source

MakeCourse = Callable[..., Course]

NET = {
    "exercise.yaml": """
        format: 1
        order: 3
        title: A network
        points: 10
        implement: [Net]
        limits: {checks: {accuracy: 8}}
        """,
    "solution.py": '''
        """A network."""

        from torch import nn


        class Net(nn.Module):
            """Knows dark from bright."""

            def __init__(self):
                super().__init__()
                self.last = nn.Linear(784, 10)

            def forward(self, x):
                return self.last(x.flatten(1))
        ''',
    "test_hidden.py": '''
        from autograder import Recipe, check

        RECIPE = Recipe(epochs=3, batch_size=10, lr=0.01)


        @check(kind="interface", points=4)
        def interface(submission):
            """`Net` is there."""
            submission.Net()


        @check(kind="accuracy", points=6, needs=[interface])
        def accuracy(submission, measured):
            """It learns."""
            measured.require(submission.Net(), RECIPE)
        ''',
}
RIGHT = "".join(line[8:] for line in NET["solution.py"].splitlines(keepends=True))


@pytest.fixture(autouse=True)
def stripes(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """In place of a dataset: ten kinds of stripes with noise, 200 to learn from and 50 to be tested on."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(250) % 10
    images = torch.zeros(250, 1, 28, 28)
    for image, label in zip(images, labels, strict=True):
        image[0, 2 * label : 2 * label + 2] = 1.0
    images += 0.3 * torch.rand(images.shape, generator=generator)
    data = Dataset("digits", images[:200], labels[:200], images[200:], labels[200:], "sha256:stripes")
    monkeypatch.setattr(datasets, "load", lambda name, root: data)
    return data


@pytest.fixture
def course(make_course: MakeCourse) -> Course:
    return make_course({f"net/{name}": text for name, text in NET.items()})


@pytest.fixture
def calibrated(course: Course, warm: WarmProcess) -> Course:
    calibrate(course, course.select(["net"]), warm, 20, torch.device("cpu"))
    return course


def graded(course: Course, warm: WarmProcess, text: str) -> ExerciseResult:
    """What a submission of the exercise gets."""
    exercises = course.select(["net"])
    found: list[ExerciseResult] = []

    def run(session: GradingSession) -> None:
        session.prepare()
        work = Work("ada", {"net": Source("net.py", text)})
        found.extend(result for result, _, _ in StudentGrader(session, warm, None).grade(work, exercises))

    GradingSession(course, exercises, public=False).run(run)
    return found[0]


def accuracy(result: ExerciseResult) -> CheckResult:
    return result.checks[-1]


class TestChecks:
    def test_a_network_that_learns(self, calibrated: Course, warm: WarmProcess) -> None:
        result = graded(calibrated, warm, RIGHT)
        assert result.score == 10, result

    def test_one_that_cannot(self, calibrated: Course, warm: WarmProcess) -> None:
        found = accuracy(graded(calibrated, warm, RIGHT.replace("x.flatten(1)", "0 * x.flatten(1)")))
        assert found.status == "failed"
        assert found.message.endswith(
            "after 3 epochs the network recognises 10.0% of 50 images that it has not seen; "
            f"at least {entry(calibrated)['threshold']:.1%} are needed"
        )

    def test_logits_of_another_shape(self, calibrated: Course, warm: WarmProcess) -> None:
        found = accuracy(graded(calibrated, warm, RIGHT.replace("784, 10", "784, 12")))
        assert found.message.endswith(": the result has shape (50, 12), not (50, 10)")

    def test_labels_of_test_images_never_leave(
        self, calibrated: Course, warm: WarmProcess, stripes: Dataset, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent: list[Any] = []
        ask = Worker.ask
        monkeypatch.setattr(Worker, "ask", lambda self, request: sent.append(request) or ask(self, request))
        assert graded(calibrated, warm, RIGHT).score == 10
        fits = [each for each in sent if each["op"] == "fit"]
        assert [each["labels"].tolist() for each in fits] == [stripes.train_labels.tolist()]
        others = [each for each in sent if each["op"] != "fit"]
        assert any(torch.is_tensor(arg) and len(arg) == 50 for each in others for arg in each.get("args", []))
        assert not any(
            torch.is_tensor(arg) and arg.dtype == torch.int64 for each in others for arg in each.get("args", [])
        )

    def test_a_training_that_takes_too_long_says_where_it_was(self, calibrated: Course, warm: WarmProcess) -> None:
        slow = RIGHT.replace("        return", "        import time; time.sleep(0.06)\n        return")
        limits = replace(calibrated.exercise("net").limits, checks={"accuracy": 2})
        exercises = tuple(replace(each, limits=limits) if each.id == "net" else each for each in calibrated.exercises)
        result = graded(replace(calibrated, exercises=exercises), warm, slow)
        assert accuracy(result).status == "timeout"
        assert accuracy(result).message == "no answer after 2 s, in epoch 2 of the training: too slow?"


def entry(course: Course) -> dict[str, Any]:
    raw = json.loads((course.exercise("net").folder / FILE).read_text())
    return dict(raw["accuracy"]["digits"])


class TestCalibrate:
    def test_what_it_keeps(self, calibrated: Course) -> None:
        found = entry(calibrated)
        assert found["dataset_digest"] == "sha256:stripes"
        assert found["recipe"] == {"epochs": 3, "batch_size": 10, "lr": 0.01, "images": 2000}
        assert (found["device"], found["torch"], found["seeds"]) == ("cpu", torch.__version__, 20)
        assert 0.5 < found["threshold"] <= found["lowest"] <= found["mean"] <= 1

    def test_the_same_course_gives_the_same_numbers(self, calibrated: Course, warm: WarmProcess) -> None:
        before = entry(calibrated)
        calibrate(calibrated, calibrated.select(["net"]), warm, 20, torch.device("cpu"))
        assert entry(calibrated) == before

    def test_the_threshold(self) -> None:
        accuracies = [0.96, 0.99] * 10  # an error of 2 %, or twice or half of that
        margin = 3.579 * math.log(2) * (20 / 19) ** 0.5 * (21 / 20) ** 0.5
        assert threshold_of(accuracies) == pytest.approx(1 - 0.02 * math.exp(margin), abs=1e-4)
        assert threshold_of([1.0] * 20) == 0.999
        assert threshold_of([0.97] * 499 + [0.94]) == 0.94  # not above what a right solution has reached

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({}, "no threshold for `accuracy` on digits"),
            ({"recipe": {"epochs": 9}}, "the threshold of `accuracy` is stale, the recipe has changed"),
            ({"dataset_digest": "sha256:dots"}, "the threshold of `accuracy` is stale, the dataset has changed"),
            ({"solution": "sha256:other"}, "the threshold of `accuracy` is stale, the reference has changed"),
            ({"torch": "1.13.1"}, "the threshold of `accuracy` is stale, torch has changed"),
        ],
    )
    def test_what_is_stale_is_refused(
        self, calibrated: Course, warm: WarmProcess, change: dict[str, Any], reason: str
    ) -> None:
        kept = {"accuracy": {"digits": entry(calibrated) | change} if change else {}}
        (calibrated.exercise("net").folder / FILE).write_text(json.dumps(kept))
        with pytest.raises(CourseError, match=f"calibration.json: {reason} .*\n.*run `autograde calibrate net`"):
            graded(calibrated, warm, RIGHT)

    def test_it_is_refused_before_anybody_is_graded(self, calibrated: Course, warm: WarmProcess) -> None:
        """Also where no network of the class would have come so far."""
        kept = {"accuracy": {"digits": entry(calibrated) | {"recipe": {}}}}
        (calibrated.exercise("net").folder / FILE).write_text(json.dumps(kept))
        with pytest.raises(CourseError, match="stale, the recipe has changed"):
            graded(calibrated, warm, "def Net(): pass\n")

    def test_a_file_that_somebody_has_edited(self, calibrated: Course, warm: WarmProcess) -> None:
        path = calibrated.exercise("net").folder / FILE
        path.write_text(path.read_text().replace('"seeds"', '"sees"'))
        with pytest.raises(CourseError, match="not what `autograde calibrate` writes"):
            graded(calibrated, warm, RIGHT)

    def test_wrong_use(self, course: Course, warm: WarmProcess, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(UsageError, match="19 seeds are too few"):
            calibrate(course, course.select(["net"]), warm, 19, torch.device("cpu"))
        with pytest.raises(UsageError, match="double: no check takes `measured`"):
            calibrate(course, course.select(["double"]), warm, 20, torch.device("cpu"))
        assert main(["calibrate", "nothing", "--course", str(course.root)]) == 2
        assert "no exercise `nothing`" in capsys.readouterr().err

    def test_the_command(
        self, course: Course, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(calibrate_module, "MIN_SEEDS", 20)
        assert main(["calibrate", "net", "--course", str(course.root)]) == 0
        assert "net/accuracy on digits: mean " in capfd.readouterr().out
        assert entry(course)["seeds"] == 20
