"""Hypothesis strategies for the inputs of deep-learning functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import torch
from hypothesis import strategies as st

Layout = Literal["contiguous", "transposed", "sliced", "expanded", "any"]
_LAYOUTS: tuple[Layout, ...] = ("contiguous", "transposed", "sliced", "expanded")


@st.composite
def windows(draw: Any, min_side: int = 1, max_side: int = 8) -> tuple[tuple[int, int], tuple[int, int]]:
    """((H, W), (h, w)) with h <= H and w <= W: an input's size and a window that fits into it.

    A third of them are edges: one row, one column, a window as large as the input, of one element,
    or wide where the input is tall.
    """
    side = st.integers(min_side, max_side)
    H, W = draw(side), draw(side)
    edge = draw(st.sampled_from(["none"] * 8 + ["row", "column", "full", "single"]))
    if edge == "row":
        H = min_side
    if edge == "column":
        W = min_side
    h, w = draw(st.integers(min_side, H)), draw(st.integers(min_side, W))
    if edge == "full":
        h, w = H, W
    if edge == "single":
        h, w = min_side, min_side
    return (H, W), (h, w)


@st.composite
def tensors(
    draw: Any,
    shape: Sequence[int] | st.SearchStrategy[Sequence[int]],
    dtype: torch.dtype = torch.float32,
    layout: Layout = "contiguous",
) -> torch.Tensor:
    """Standard normal tensors of a shape (or of shapes from a strategy), in a memory layout.

    `transposed`: a transposed view of the last two axes; `sliced`: every second column of a wider
    tensor; `expanded`: one row seen many times (stride 0). A drawn seed makes the values, so that
    an example is described by its shape and its seed.
    """
    sides = tuple(draw(shape) if isinstance(shape, st.SearchStrategy) else shape)
    seed = draw(st.integers(0, 2**31 - 1))
    chosen = draw(st.sampled_from(_LAYOUTS)) if layout == "any" else layout
    return in_layout(sides, seed, dtype, chosen)


def in_layout(sides: Sequence[int], seed: int, dtype: torch.dtype, layout: Layout) -> torch.Tensor:
    """A standard normal tensor from a seed, in a memory layout; see `tensors`."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator, dtype=dtype)

    if layout == "transposed" and len(sides) > 1:
        return normal(*sides[:-2], sides[-1], sides[-2]).transpose(-1, -2)
    if layout == "sliced" and sides:
        return normal(*sides[:-1], 2 * sides[-1])[..., ::2]
    if layout == "expanded" and len(sides) > 1:
        return normal(*sides[:-2], 1, sides[-1]).expand(*sides)
    return normal(*sides)
