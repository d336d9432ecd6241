"""Pictures as a page draws them: matrices as heat maps, a curve of losses, a table of confusions.

A colour is that of a class, in one of few strengths, so that the style gives it for light and for dark, and
cells of one colour are one path. Room is bounded whatever the numbers are, and each picture says in words what
it shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from autograder.language import _
from autograder.pictures import Comparison, Matrix, Picture, Place, Training
from autograder.report.text import clip

LEVELS = 8  # strengths of a colour, to each side of zero
MAX_WRITTEN = 10  # columns or rows of a matrix whose numbers are written into it
MAX_SIDE = 64
MAX_TEXT = 600
CELL, CHARACTER, HEIGHT = 13, 7, 26  # pixels: a cell without a number; a digit; a cell with a number
CURVE_WIDTH, CURVE_HEIGHT = 360, 130

Shade = tuple[str, float]

_NO_SHADE: Shade = ("", 0.0)


@dataclass(frozen=True)
class Cells:
    """The cells of one colour, as a path."""

    colour: str
    strength: float
    path: str


@dataclass(frozen=True)
class Number:
    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Heatmap:
    """A matrix as an image of `width` by `height` pixels; `first` is the corner and the size of the marked cell."""

    caption: str
    words: str
    width: int
    height: int
    cells: tuple[Cells, ...]
    numbers: tuple[Number, ...]
    first: tuple[int, int, int, int] | None = None
    labels: tuple[Number, ...] = ()  # of rows and columns


@dataclass(frozen=True)
class ComparisonView:
    title: str
    message: str
    inputs: tuple[Heatmap, ...]
    results: tuple[Heatmap, ...]


@dataclass(frozen=True)
class Curve:
    """A line through `points` in an image of `width` by `height`; `ticks` are (x, text) below it."""

    words: str
    points: str
    width: int
    height: int
    top: str
    bottom: str
    ticks: tuple[Number, ...]


@dataclass(frozen=True)
class TrainingView:
    curve: Curve | None
    confusion: Heatmap | None
    image: Heatmap | None
    layer: tuple[tuple[Heatmap, Heatmap], ...]  # each kernel, and what it makes of the image


def draw(pictures: Iterable[Picture]) -> Iterator[ComparisonView | TrainingView]:
    """Every picture as it is drawn."""
    return (_comparison(each) if isinstance(each, Comparison) else _training(each) for each in pictures)


def size(view: ComparisonView | TrainingView) -> int:
    """About how many bytes the view takes in a page, and never fewer."""
    if isinstance(view, ComparisonView):
        maps: Sequence[Heatmap] = (*view.inputs, *view.results)
        return 500 + len((view.title + view.message).encode()) + sum(map(_size_of_map, maps))
    maps = [each for each in (view.image, view.confusion, *chain.from_iterable(view.layer)) if each is not None]
    return 500 + (len(view.curve.points + view.curve.words) + 800 if view.curve else 0) + sum(map(_size_of_map, maps))


def _size_of_map(view: Heatmap) -> int:
    texts = len((view.words + view.caption).encode()) + sum(len(each.path) + 30 for each in view.cells)
    return 400 + texts + 45 * len(view.numbers + view.labels)


def _comparison(picture: Comparison) -> ComparisonView:
    results = [(_("yours"), picture.yours)]
    if picture.expected is not None:
        results.append((_("expected"), picture.expected))
    shared = _largest(each for _name, each in results)
    views = [heatmap(each, name, shared) for name, each in results]
    if picture.difference is not None:
        views.append(heatmap(picture.difference, _("yours minus expected"), _largest([picture.difference])))
    inputs = [heatmap(each, each.name or _("input"), _largest([each])) for each in picture.inputs]
    return ComparisonView(clip(picture.title, MAX_TEXT), clip(picture.message, MAX_TEXT), tuple(inputs), tuple(views))


def _training(picture: Training) -> TrainingView:
    image = None if picture.image is None else heatmap(picture.image, _("image"), _largest([picture.image]), whole=True)
    kernels, maps = _largest(picture.kernels), _largest(picture.maps)
    layer = [
        (
            heatmap(kernel, _("kernel {number}").format(number=number), kernels, whole=True),
            heatmap(made, _("map {number}").format(number=number), maps, whole=True),
        )
        for number, (kernel, made) in enumerate(zip(picture.kernels, picture.maps, strict=False), 1)
    ]
    return TrainingView(_curve(picture.losses), _confusion(picture.confusion), image, tuple(layer))


def heatmap(matrix: Matrix, name: str, largest: float, *, whole: bool = False) -> Heatmap:
    """A matrix in colours that reach their strongest at `largest`, with its numbers if it is small.

    As a `whole` it is an image: without numbers, and without its place and its size in the caption.
    """
    rows = [row[:MAX_SIDE] for row in matrix.values[:MAX_SIDE]]
    width, height = len(rows[0]), len(rows)
    texts = [[short(value) for value in row] for row in rows] if max(width, height) <= MAX_WRITTEN and not whole else []
    longest = max((len(text) for row in texts for text in row), default=0)
    across, down = (max(HEIGHT + 4, CHARACTER * longest + 8), HEIGHT) if texts else (CELL, CELL)
    if max(width, height) > 20:
        across = down = CELL // 2
    sides = "×".join(map(str, matrix.shape))
    place = f"[{', '.join(map(str, matrix.at))}]" if any(side > 1 for side in matrix.shape[: len(matrix.at)]) else ""
    first = next((each for each in matrix.wrong if each[0] < height and each[1] < width), None)
    return Heatmap(
        caption=name if whole else f"{name}{place} {sides}",
        words=_words(rows, texts, first),
        width=width * across,
        height=height * down,
        cells=tuple(_cells([[shade(value, largest) for value in row] for row in rows], across, down)),
        numbers=tuple(
            Number((column + 0.5) * across, (row + 0.5) * down, text)
            for row, line in enumerate(texts)
            for column, text in enumerate(line)
        ),
        first=None if first is None else (first[1] * across, first[0] * down, across, down),
    )


def shade(value: float, largest: float) -> Shade:
    """The colour of a number and its strength: `n` below zero, `z`, `p` above it, `odd` if it is not finite."""
    if not math.isfinite(value):
        return "odd", 1.0
    if value == 0 or largest == 0:
        return "z", 1.0
    step = max(1, min(LEVELS, math.ceil(LEVELS * (abs(value) / largest) - 1e-9)))
    return "n" if value < 0 else "p", step / LEVELS


def short(value: float) -> str:
    """A number in few characters, with a real minus sign."""
    return f"{value:.3g}".replace("-", "−")


def _largest(matrices: Iterable[Matrix]) -> float:
    finite = (abs(value) for each in matrices for row in each.values for value in row if math.isfinite(value))
    return max(finite, default=0.0)


def _cells(shades: Sequence[Sequence[Shade]], across: int, down: int) -> list[Cells]:
    paths: dict[Shade, list[str]] = {}
    for row, line in enumerate(shades):
        start = 0
        for column in range(1, len(line) + 1):
            if column == len(line) or line[column] != line[start]:
                run = (column - start) * across
                paths.setdefault(line[start], []).append(f"M{start * across} {row * down}h{run}v{down}h-{run}z")
                start = column
    return [Cells(*each, "".join(parts)) for each, parts in sorted(paths.items()) if each != _NO_SHADE]


def _words(rows: Sequence[Sequence[float]], texts: Sequence[Sequence[str]], first: Place | None) -> str:
    finite = [value for row in rows for value in row if math.isfinite(value)]
    if texts:
        said = "; ".join(", ".join(row) for row in texts)
    elif finite:
        said = _("numbers from {least} to {most}").format(least=short(min(finite)), most=short(max(finite)))
    else:
        said = _("no finite number")
    if first is None:
        return said
    place = _("the first that differs is in row {row}, column {column}").format(row=first[0] + 1, column=first[1] + 1)
    return f"{said}; {place}"


def _curve(losses: Sequence[float]) -> Curve | None:
    finite = [each for each in losses if math.isfinite(each) and abs(each) < 1e30]
    if len(finite) < 2:
        return None
    least, most = min(0.0, *finite), max(finite)
    height = (most - least) or 1.0
    step = CURVE_WIDTH / max(1, len(losses) - 1)
    points = [
        f"{number * step:.1f},{CURVE_HEIGHT * (1 - (loss - least) / height):.1f}"
        for number, loss in enumerate(losses)
        if math.isfinite(loss) and abs(loss) < 1e30
    ]
    every = max(1, len(losses) // 10)
    ticks = [
        Number(number * step, CURVE_HEIGHT + 16, str(number + 1))
        for number in range(len(losses))
        if (number + 1) % every == 0 or number == 0
    ]
    words = _("loss of {count} epochs, from {first} to {last}").format(
        count=len(losses), first=short(losses[0]), last=short(losses[-1])
    )
    return Curve(words, " ".join(points), CURVE_WIDTH, CURVE_HEIGHT, short(most), short(least), tuple(ticks))


def _confusion(counts: Sequence[Sequence[int]]) -> Heatmap | None:
    """Rows are what the images show, columns what they were taken for; those on the diagonal are right."""
    if not counts or any(len(row) != len(counts) for row in counts):
        return None
    side, cell = len(counts), 30
    total, right = sum(map(sum, counts)), sum(row[i] for i, row in enumerate(counts))
    places = [(count, i, j) for i, row in enumerate(counts) for j, count in enumerate(row)]
    wrong = sorted((each for each in places if each[1] != each[2]), reverse=True)
    words = _("{right} of {total} images are recognised").format(right=right, total=total)
    if wrong and wrong[0][0]:
        count, i, j = wrong[0]
        words += "; " + _("most often, {count} times, {this} is taken for {other}").format(count=count, this=i, other=j)
    rights, wrongs = max(counts[i][i] for i in range(side)), max((each[0] for each in wrong), default=0)
    shades = [[_NO_SHADE] * (side + 1) for _line in range(side + 1)]
    for count, i, j in places:
        shades[i + 1][j + 1] = shade(-count, rights) if i == j else shade(count, wrongs)
    return Heatmap(
        caption=words, words=words, width=(side + 1) * cell, height=(side + 1) * cell,
        cells=tuple(_cells(shades, cell, cell)),
        numbers=tuple(Number((j + 1.5) * cell, (i + 1.5) * cell, str(count)) for count, i, j in places if count),
        labels=tuple(
            Number(x * cell, y * cell, str(i)) for i in range(side) for x, y in ((0.5, i + 1.5), (i + 1.5, 0.5))
        ),
    )  # fmt: skip
