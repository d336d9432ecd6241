"""Small matrices side by side in a terminal: yours and expected, what differs in colour and with a star."""

from __future__ import annotations

from collections.abc import Iterable

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.language import _
from autograder.pictures import Comparison, Matrix, Picture

MAX_SIDE = 8


def side_by_side(pictures: Iterable[Picture], check: str) -> list[Padding]:
    """A check's comparisons that are small enough to be read in a terminal."""
    return [
        Padding(_pair(each, each.expected), (0, 0, 0, 5))
        for each in pictures
        if isinstance(each, Comparison) and each.check == check and each.expected is not None
        if _is_small(each.yours) and _is_small(each.expected)
    ]


def _is_small(matrix: Matrix) -> bool:
    return max(len(matrix.values), len(matrix.values[0])) <= MAX_SIDE


def _pair(picture: Comparison, expected: Matrix) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    table.add_column(_headed(_("yours"), picture.yours), no_wrap=True)
    table.add_column(_headed(_("expected"), expected), no_wrap=True)
    table.add_row(_grid(picture.yours, "bold red"), _grid(expected, "bold green"))
    return table


def _headed(name: str, matrix: Matrix) -> Text:
    """The name, with the place of the slice if there are others."""
    is_one_of_many = any(side > 1 for side in matrix.shape[: len(matrix.at)])
    return Text(f"{name}[{', '.join(map(str, matrix.at))}]" if is_one_of_many else name)


def _grid(matrix: Matrix, style: str) -> Table:
    grid = Table.grid(padding=(0, 1))
    for _column in matrix.values[0]:
        grid.add_column(justify="right", no_wrap=True)
    wrong = set(matrix.wrong)
    for row, values in enumerate(matrix.values):
        cells = []
        for column, value in enumerate(values):
            is_wrong = (row, column) in wrong
            cells.append(Text(f"{value:.4g}{'*' if is_wrong else ' '}", style=style if is_wrong else ""))
        grid.add_row(*cells)
    return grid
