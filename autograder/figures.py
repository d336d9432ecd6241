"""Figures of statements, as SVG: matrices, boxes and arrows that read on light and on dark pages.

    python -m autograder.figures [COURSE]

writes `reference/<id>/figure.svg` for each `reference/<id>/figure.py`, a script that defines `figure()`, which
returns a `Figure`. Whatever draws an SVG will do instead; `release` takes the file as it is.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

# A figure lies on a sheet of its own, so that it can be read even where a page's colours are not the system's.
# What is looked at is blue (`in`), what is learnt orange (`par`), what comes out green (`out`).
_STYLE = """\
text{font-family:system-ui,sans-serif;fill:#1f2328}.soft{fill:#59636e}.bold{font-weight:600}
rect,path,circle{stroke:#8c959f;fill:none}.sheet{fill:#fff;stroke:none}.ink,.thick{stroke:#1f2328}.thick{stroke-width:2}
.in{fill:#cfe4ff}.par{fill:#ffe0b5}.out{fill:#c9efd0}.pad{fill:#eceff2}.empty{fill:#fff}
.head{fill:#1f2328;stroke:none}.dashed{stroke-dasharray:4 3}
@media(prefers-color-scheme:dark){
text{fill:#e6edf3}.soft{fill:#9ea7b3}rect,path,circle{stroke:#6e7681}.sheet{fill:#161b22}.ink,.thick{stroke:#e6edf3}
.in{fill:#1d4370}.par{fill:#6a4312}.out{fill:#1f5330}.pad{fill:#2b323b}.empty{fill:#161b22}.head{fill:#e6edf3}}"""


class Figure:
    """A sheet of `width` by `height` pixels; x grows to the right and y downwards.

    `title` names the figure and `description` says what is to be seen, for those who cannot see it.
    """

    def __init__(self, width: int, height: int, title: str, description: str) -> None:
        self._head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img">\n'
            f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n<style>{_STYLE}</style>\n"
            f'<rect class="sheet" width="{width}" height="{height}" rx="8"/>\n'
        )
        self._parts: list[str] = []

    def text(self, x: float, y: float, text: object, look: str = "", *, size: int = 14, anchor: str = "middle") -> None:
        """Write `text` with its middle (or `anchor` start, end) at x and its baseline at y; looks: soft, bold."""
        what = escape(str(text).replace("-", "\N{MINUS SIGN}"), quote=False)
        attributes = f'{_class(look)} font-size="{size}" text-anchor="{anchor}"'
        self._parts.append(f'<text x="{_number(x)}" y="{_number(y)}"{attributes}>{what}</text>')

    def box(self, x: float, y: float, width: float, height: float, look: str = "", *, round: float = 0) -> None:
        """A rectangle; looks: in, par, out, pad, empty, dashed, thick."""
        rx = f' rx="{_number(round)}"' if round else ""
        size = f'width="{_number(width)}" height="{_number(height)}"'
        self._parts.append(f'<rect x="{_number(x)}" y="{_number(y)}" {size}{rx}{_class(look)}/>')

    def line(self, points: Sequence[tuple[float, float]], look: str = "ink") -> None:
        """A line through points; looks: ink, thick, dashed."""
        path = "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
        self._parts.append(f'<path d="M{path}"{_class(look)}/>')

    def dot(self, x: float, y: float, look: str = "par", radius: float = 4) -> None:
        self._parts.append(f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}"{_class(look)}/>')

    def arrow(self, *points: tuple[float, float], look: str = "ink") -> None:
        """A line through points with a head at the last one, to which it must come straight."""
        (x0, y0), (x, y) = points[-2:]
        length = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5
        along = (x - x0) / length, (y - y0) / length
        back = x - 8 * along[0], y - 8 * along[1]
        self.line([*points[:-1], back], look)
        sides = [(back[0] - s * 4 * along[1], back[1] + s * 4 * along[0]) for s in (1, -1)]
        path = "L".join(f"{_number(a)} {_number(b)}" for a, b in [(x, y), *sides])
        self._parts.append(f'<path d="M{path}Z" class="head"/>')

    def matrix(
        self, x: float, y: float, rows: Sequence[Sequence[object]], look: str = "empty", *,
        name: str = "", cell: int = 28, looks: Mapping[tuple[int, int], str] | None = None, size: int = 14,
    ) -> None:  # fmt: skip
        """A grid of numbers from (x, y), under its name; `looks` of single cells by (row, column)."""
        if name:
            self.text(x + cell * len(rows[0]) / 2, y - 8, name, "bold")
        for i, row in enumerate(rows):
            for j, each in enumerate(row):
                self.box(x + cell * j, y + cell * i, cell, cell, (looks or {}).get((i, j), look))
                if each != "":
                    self.text(x + cell * (j + 0.5), y + cell * (i + 0.5) + size * 0.36, each, size=size)

    def stack(self, x: float, y: float, width: float, height: float, count: int, look: str = "in", by: int = 5) -> None:
        """`count` sheets that lie on each other, the front one from (x, y), the others up to the right."""
        for k in reversed(range(count)):
            self.box(x + by * k, y - by * k, width, height, look)

    def svg(self) -> str:
        return self._head + "\n".join(self._parts) + "\n</svg>\n"


def _class(look: str) -> str:
    return f' class="{look}"' if look else ""


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def window(row: int, column: int, height: int, width: int, look: str) -> dict[tuple[int, int], str]:
    """The `looks` of a part of a matrix."""
    return {(i, j): look for i in range(row, row + height) for j in range(column, column + width)}


def drawn(script: Path) -> str:
    """The SVG that a `figure.py` draws."""
    return str(runpy.run_path(str(script))["figure"]().svg())


def main(root: Path) -> None:
    for script in sorted((root / "reference").glob("*/figure.py")):
        script.with_suffix(".svg").write_text(drawn(script), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
