"""Pictures of public checks that failed, and of networks that were trained: tensors in, plain numbers out.

Nothing of a hidden check is drawn but what a recipe makes of public images, in a worker that knows nothing else.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeGuard

import torch

from autograder.compare import Compared
from autograder.grading.checks import Check
from autograder.grading.code import Code
from autograder.grading.handles import Submission
from autograder.pictures import Comparison, Matrix, Training, number
from autograder.submission.syntax import parameters

MAX_SIDE = 16  # of a matrix that is compared
MAX_SLICES = 4  # of one tensor
MAX_INPUTS = 8
MAX_PARAMETERS = 4  # of a module whose numbers are shown as inputs are
MAX_NAME = 40
MAX_IMAGE_SIDE = 32
MAX_KERNELS = 8
MAX_CLASSES = 20
MAX_EPOCHS = 200


def comparison(
    check: Check, title: str, code: Code, submission: Submission, compared: Compared | None, message: str
) -> Comparison | None:
    """What can be shown of the call that a public check has just found wrong; None if it is too large to see."""
    if submission.last_request is None:
        return None
    if compared is None and check.kind == "value" and submission.transcript:
        yours, theirs, wrong = submission.transcript[-1][-1], None, None
    elif compared is not None and _is_drawable(compared.theirs):
        yours, theirs, wrong = compared.yours, compared.theirs, compared.wrong
    else:
        return None
    if not _is_drawable(yours):
        return None
    first = tuple(wrong.nonzero()[0].tolist()) if wrong is not None else (0,) * yours.dim()
    difference = None if wrong is None or theirs is None else yours - theirs
    return Comparison(
        check.name, title, message, submission.last_call,
        tuple(_inputs(submission, parameters(code.text, _target(submission)))), _slice("", yours, first, wrong),
        None if theirs is None else _slice("", theirs, first, wrong),
        None if difference is None else _slice("", difference, first, wrong),
    )  # fmt: skip


def training(losses: list[float], logits: torch.Tensor, labels: torch.Tensor) -> Training:
    """The loss of each epoch, and what became of images with these labels; `logits` has a column for each class."""
    classes = logits.shape[1]
    confusion: list[list[int]] = []
    if classes <= MAX_CLASSES:
        counts = torch.bincount(labels * classes + logits.argmax(1), minlength=classes * classes)
        confusion = counts.reshape(classes, classes).tolist()
    return Training(tuple(map(number, losses[:MAX_EPOCHS])), tuple(map(tuple, confusion)))


def first_layer(picture: Training, network: Mapping[str, torch.Tensor], image: torch.Tensor) -> Training:
    """`picture` with the kernels of the first layer that has any for this image (c, h, w), and what they make of it.

    The edges are padded with zeros, so that maps are as large as the image, whatever the network itself does.
    """
    weights = [each for each in network.values() if each.dim() == 4 and each.shape[1] == image.shape[0]]
    if not weights or max(image.shape[1:]) > MAX_IMAGE_SIDE or max(weights[0].shape[2:]) > MAX_SIDE:
        return picture
    kernels = weights[0].detach()[:MAX_KERNELS].double()
    sides = [(side // 2, (side - 1) // 2) for side in reversed(kernels.shape[2:])]
    padded = torch.nn.functional.pad(image.double(), [each for pair in sides for each in pair])
    maps = torch.nn.functional.conv2d(padded[None], kernels)[0]
    numbers = range(len(kernels))
    return replace(
        picture,
        image=_slice("", image, (0, 0, 0)),
        kernels=tuple(_slice("", kernels, (index, 0, 0, 0)) for index in numbers),
        maps=tuple(_slice("", maps, (index, 0, 0)) for index in numbers),
    )


def _is_drawable(value: Any) -> TypeGuard[torch.Tensor]:
    """Whether it is a tensor of numbers whose slices are small enough to be read, and more than one number."""
    return (
        isinstance(value, torch.Tensor)
        and value.is_floating_point()
        and 1 <= value.dim() <= 4
        and value.numel() > 0
        and max(value.shape[-2:]) <= MAX_SIDE
        and math.prod(value.shape) <= 1 << 16
    )


def _target(submission: Submission) -> str:
    target = (submission.last_request or {}).get("target")
    return target if isinstance(target, str) else "forward"


def _inputs(submission: Submission, names: list[str]) -> Iterator[Matrix]:
    """The tensors of the last call by the student's names for them, and those of a small module that was called."""
    assert submission.last_request is not None
    found: list[tuple[str, Any]] = []
    for index, value in enumerate(submission.last_request["args"]):
        found.append((names[index] if index < len(names) else "", value))
    if submission.called is not None:
        numbers = dict(submission.called.named_parameters())
        if len(numbers) <= MAX_PARAMETERS:
            found += numbers.items()
    yield from itertools.islice((each for name, value in found for each in _slices(name, value)), MAX_INPUTS)


def _slices(name: str, value: Any) -> Iterator[Matrix]:
    if _is_drawable(value):
        every = itertools.product(*map(range, value.shape[:-2]))
        for at in itertools.islice(every, MAX_SLICES):
            yield _slice(name, value, (*at, 0, 0)[-value.dim() :])


def _slice(name: str, tensor: torch.Tensor, place: tuple[int, ...], wrong: torch.Tensor | None = None) -> Matrix:
    """The slice that holds the element at `place`, or the first one if there is no such element."""
    inside = len(place) == tensor.dim() and all(index < side for index, side in zip(place, tensor.shape, strict=True))
    at = place[:-2] if inside else (0,) * max(0, tensor.dim() - 2)
    rows = tensor.detach()[at].reshape(-1, tensor.shape[-1]).double()
    places = [] if wrong is None else wrong[at].reshape(rows.shape).nonzero().tolist()
    return Matrix(
        name[:MAX_NAME], tuple(tensor.shape), at, tuple(tuple(map(number, row)) for row in rows.tolist()),
        tuple((row, column) for row, column in places),
    )  # fmt: skip
