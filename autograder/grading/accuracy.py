"""Accuracy that is fair: a trusted recipe, labels that stay here, and a threshold that was measured.

A check of kind `accuracy` takes `measured`. The student's network is trained in its worker, which is
given the training images with their labels and the test images without; what it answers is counted here.
The threshold stands in calibration.json beside the hidden tests, written by `autograde calibrate`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from autograder.compare import Mismatch, assert_shape, assert_tensor
from autograder.errors import CourseError, WorkerError
from autograder.exercise import Course, Exercise
from autograder.grading.drawing import first_layer, training
from autograder.grading.mirrors import RemoteModule
from autograder.language import _
from autograder.pictures import Picture, Training
from autograder.sandbox.recipe import Recipe
from autograder.sandbox.wire import WireError

if TYPE_CHECKING:
    from autograder.datasets import Dataset

FILE = "calibration.json"
TEST_IMAGES = 1000  # at most; they cross the boundary for every submission


@dataclass(frozen=True)
class Entry:
    """What was measured of the reference in one check, with what it holds for.

    `solution` is the digest of the reference; accuracies are shares of the test images.
    """

    dataset: str
    dataset_digest: str
    recipe: dict[str, Any]
    solution: str
    device: str
    torch: str
    seeds: int
    mean: float
    spread: float
    lowest: float
    threshold: float


class Calibration:
    """The thresholds of a course's accuracy checks.

    While it is `recording`, every network passes, and what was measured is kept there instead.
    """

    def __init__(self, course: Course, exercises: Collection[Exercise]) -> None:
        self.course = course
        self.entries = {exercise.id: _read(exercise) for exercise in exercises}
        self.recording: list[tuple[Recipe, float]] | None = None
        self._dataset: Dataset | None = None

    def dataset(self) -> Dataset:
        """The course's dataset, loaded once."""
        if self._dataset is None:
            from autograder.datasets import load

            self._dataset = load(self.course.dataset, self.course.data)
        return self._dataset

    @property
    def digest(self) -> str:
        """The digest of the dataset if there is a check that uses it; else nothing."""
        return self._dataset.digest if self._dataset is not None else ""

    def require_fresh(self, exercise: Exercise, check: str, recipes: Collection[Recipe]) -> None:
        """Raise `CourseError` unless the threshold of the check is known for one of the recipes that its file has."""
        for number, recipe in enumerate(recipes, 1):
            try:
                self.threshold(exercise, check, recipe)
                return
            except CourseError:
                if number == len(recipes):
                    raise

    def threshold(self, exercise: Exercise, check: str, recipe: Recipe) -> float:
        """The share of test images that a network must recognise. Raises `CourseError` if it is not known any more."""
        path, dataset = exercise.folder / FILE, self.course.dataset
        entry = self.entries[exercise.id].get(check, {}).get(dataset)
        if entry is None:
            raise CourseError(path, None, "threshold-missing", check=check, dataset=dataset, id=exercise.id)
        for what, kept, now in (
            (_("the recipe"), entry.recipe, recipe.to_json()),
            (_("the dataset"), entry.dataset_digest, self.dataset().digest),
            (_("the reference"), entry.solution, solution_digest(exercise)),
            ("torch", _major(entry.torch), _major(torch.__version__)),
        ):
            if kept != now:
                raise CourseError(path, None, "threshold-stale", check=check, what=what, id=exercise.id)
        return entry.threshold


class Measured:
    """What a check of kind `accuracy` is given."""

    def __init__(
        self, calibration: Calibration, exercise: Exercise, check: str, device: torch.device, drawn: list[Picture]
    ) -> None:
        self._calibration, self._exercise, self._check, self._device = calibration, exercise, check, device
        self._drawn = drawn  # takes a picture of each training

    def require(self, net: RemoteModule, recipe: Recipe) -> None:
        """Train the network by the recipe, and demand the share of test images that was measured."""
        recording = self._calibration.recording
        threshold = 0.0 if recording is not None else self._calibration.threshold(self._exercise, self._check, recipe)
        data = self._calibration.dataset()
        images, labels = data.train_images[: recipe.images], data.train_labels[: recipe.images]
        losses = net.fit(images, labels, recipe, self._device)
        tests, answers = data.test_images[:TEST_IMAGES], data.test_labels[:TEST_IMAGES]
        logits = net.predict(tests, self._device)
        assert_tensor(logits)
        assert_shape(logits, (len(tests), int(answers.max()) + 1))
        assert isinstance(logits, torch.Tensor)
        right = int((logits.argmax(1) == answers).sum())
        self._drawn.append(_with_first_layer(training(losses[: recipe.epochs], logits, answers), net, tests[0]))
        if recording is not None:
            recording.append((recipe, right / len(tests)))
        elif right < threshold * len(tests):
            message = _(
                "after {epochs} epochs the network recognises {share:.1%} of {count} images that it has not seen; "
                "at least {threshold:.1%} are needed"
            )
            share = right / len(tests)
            raise Mismatch(message.format(epochs=recipe.epochs, share=share, count=len(tests), threshold=threshold))


def _with_first_layer(picture: Training, net: RemoteModule, image: torch.Tensor) -> Training:
    """The picture with the first layer in it, if the network can be fetched: a verdict must not depend on that."""
    try:
        return first_layer(picture, dict(net.pull().named_parameters()), image)
    except (Mismatch, WorkerError, WireError):
        return picture


def solution_digest(exercise: Exercise) -> str:
    """The digest of the reference solution alone: a hint that is reworded makes no threshold stale."""
    return f"sha256:{hashlib.sha256(exercise.solution.read_bytes()).hexdigest()}"


def write(exercise: Exercise, entries: Mapping[str, Mapping[str, Entry]]) -> Path:
    """Write calibration.json: check, dataset, entry."""
    path = exercise.folder / FILE
    raw = {check: {name: asdict(entry) for name, entry in found.items()} for check, found in entries.items()}
    path.write_text(json.dumps(raw, indent=2) + "\n", encoding="utf-8")
    return path


def _read(exercise: Exercise) -> dict[str, dict[str, Entry]]:
    path = exercise.folder / FILE
    if not path.is_file():
        return {}
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {check: {name: Entry(**entry) for name, entry in found.items()} for check, found in raw.items()}
    except (ValueError, TypeError, AttributeError) as error:
        line = getattr(error, "lineno", None)
        raise CourseError(path, line, "threshold-broken", id=exercise.id, reason=error) from None


def _major(version: str) -> str:
    return version.partition(".")[0]
