"""What is said of a wrong result from its numbers alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch

from autograder.compare import Mismatch, assert_close
from autograder.nearmiss import near_miss, only_square

close = partial(torch.allclose, rtol=1e-4, atol=1e-5)


def said(yours: torch.Tensor, theirs: torch.Tensor) -> str:
    return near_miss(yours, theirs, close)


@pytest.fixture
def right() -> torch.Tensor:
    return torch.randn(3, 5, 5, generator=torch.Generator().manual_seed(1))


def at_the_border(x: torch.Tensor) -> torch.Tensor:
    x = x.clone()
    x[:, 0] += 1
    return x


WRONG: dict[str, tuple[Callable[[torch.Tensor], torch.Tensor], str]] = {
    "transposed": (lambda x: x.mT, "with its axes in another order"),
    "channels last": (lambda x: x.permute(1, 2, 0), "with its axes in another order"),
    "another shape": (lambda x: x.flatten(), "in another shape"),
    "sign": (lambda x: -x, "with the other sign"),
    "mirrored": (lambda x: x.flip(1), "mirrored along axis 1"),
    "turned": (lambda x: x.flip(1, 2), "turned by 180 degrees"),
    "factor": (lambda x: x / 9, "by a constant factor"),
    "offset": (lambda x: x + 0.5, "by a constant that is added"),
    "shifted": (lambda x: x.roll(1, 2), "shifted by one along axis 2"),
    "border": (at_the_border, "right inside and wrong at the border"),
    "first channel": (lambda x: torch.cat([x[:1], 2 * x[1:] ** 2]), "right for the first channel only"),
}


@pytest.mark.parametrize(("wrong", "clause"), WRONG.values(), ids=WRONG)
def test_what_is_seen(right: torch.Tensor, wrong: Callable[[torch.Tensor], torch.Tensor], clause: str) -> None:
    assert clause in said(wrong(right), right)


@pytest.mark.parametrize(
    ("yours", "theirs"),
    [
        (torch.randn(4, 4), torch.randn(4, 4)),
        (torch.zeros(4, 4), torch.randn(4, 4)),
        (torch.tensor([1.0, 2.0, 3.0]), torch.tensor([3.0, 2.0, 1.0])),  # so few that chance would do
        (torch.ones(3, 3), 2 * torch.ones(3, 3)),  # and so many of one kind
        (torch.full((3, 3), torch.nan), torch.randn(3, 3)),
        (torch.randn(3, 4), torch.randn(2, 4)),
    ],
)
def test_where_nothing_can_be_said(yours: torch.Tensor, theirs: torch.Tensor) -> None:
    assert said(yours, theirs) == ""


def test_square_inputs_only() -> None:
    squares, others = [{"window": ((4, 4), (2, 2))}, {"X": torch.ones(3, 3)}], [{"window": ((4, 5), (2, 2))}]
    assert only_square(squares, others) == "it is right for square inputs only"
    assert only_square([*squares, *others], others) == only_square(squares, squares) == only_square([], others) == ""


def test_a_mismatch_carries_it(right: torch.Tensor) -> None:
    for wrong, clause in ((right.mT, "in another order"), (right.flatten(), "in another shape")):
        with pytest.raises(Mismatch) as error:
            assert_close(wrong, right)
        assert clause in error.value.near
