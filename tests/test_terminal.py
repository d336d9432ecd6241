"""What `check` and `grade` show on a terminal, and that a pipe gets plain lines."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from autograder import terminal
from autograder.pictures import Comparison, Matrix
from autograder.results import CheckResult, ExerciseResult

ROOT = Path(__file__).resolve().parents[1]
COLOUR = re.compile(r"\x1b\[[\d;]*\b[349]\d[\d;]*m")

RESULT = ExerciseResult(
    "toy", "graded", 0.0, 1.0,
    checks=(
        CheckResult("toy/values", "value", "It holds.", "failed", 0.0, 1.0, "differs"),
        CheckResult("toy/other", "value", "So does this.", "failed", 0.0, 1.0, "differs"),
    ),
)  # fmt: skip


def matrix(*rows: tuple[float, ...], wrong: tuple[tuple[int, int], ...] = ()) -> Matrix:
    return Matrix("", (2, len(rows), len(rows[0])), (1,), rows, wrong)


def picture(yours: Matrix, expected: Matrix | None) -> Comparison:
    return Comparison("values", "It holds.", "differs", "`f(x)`", (), yours, expected)


def shown(pictures: list[Comparison], **more: object) -> str:
    text = io.StringIO()
    console = Console(file=text, highlight=False, soft_wrap=True, width=100, **more)  # type: ignore[arg-type]
    terminal.show_checks("Toy", RESULT, "", pictures, console)
    return text.getvalue()


class TestMatrices:
    PICTURE = picture(matrix((1.0, -2.5), wrong=((0, 1),)), matrix((1.0, 1e300), wrong=((0, 1),)))

    def test_on_a_terminal_the_cells_that_differ_are_coloured_and_starred(self):
        text = shown([self.PICTURE], force_terminal=True, color_system="truecolor")

        assert "\x1b[1;31m-2.5*\x1b[0m" in text
        assert "\x1b[1;32m1e+300*\x1b[0m" in text
        assert "yours[1]" in text
        assert text.index("It holds.") < text.index("yours[1]") < text.index("So does this.")

    def test_without_colour_the_stars_are_left(self):
        text = shown([self.PICTURE], force_terminal=True, color_system="truecolor", no_color=True)

        assert "-2.5*" in text
        assert COLOUR.search(text) is None

    def test_a_pipe_gets_lines_alone(self):
        assert shown([self.PICTURE]).splitlines() == [
            "Toy: 0 of 2 checks passed", "  no It holds.", "     differs", "  no So does this.", "     differs",
        ]  # fmt: skip

    @pytest.mark.parametrize("other", [picture(matrix((1.0,) * 9), matrix((1.0,) * 9)), picture(matrix((1.0,)), None)])
    def test_what_is_too_large_or_has_nothing_to_compare_with_is_left_out(self, other):
        assert "yours" not in shown([other], force_terminal=True)


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a command writes to a terminal that can show colours."""
    ours, theirs = pty.openpty()
    given = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    command, given = [sys.executable, "-m", "autograder", *arguments], given | {"TERM": "xterm-256color"} | environment
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, cwd=ROOT, env=given):
        os.close(theirs)
        said = b""
        while piece := _read(ours):
            said += piece
    os.close(ours)
    return said.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # the other side is gone
        return b""


def test_check_respects_no_color(tmp_path):
    file = tmp_path / "pool2d.py"
    file.write_text("def pool2d(X, pool_size, mode='max'):\n    return X[1:, 1:]\n")
    arguments = "check", "--lang", "en", str(file)

    coloured, plain = on_a_terminal(*arguments), on_a_terminal(*arguments, NO_COLOR="1")

    assert COLOUR.search(coloured)
    assert not COLOUR.search(plain)
    for said in (coloured, plain):
        assert "yours" in said
        assert "0*" in said  # 7 4 is the first row of the worked example, and 0 4 is yours


def test_progress_says_how_fast_it_goes(monkeypatch):
    text = io.StringIO()
    monkeypatch.setattr(terminal, "err", Console(file=text, force_terminal=True, width=120))

    with terminal.counting("grading", 4) as advance:
        for word in ("ada", "ben", "[bold]eve"):
            advance(word)

    assert re.search(r"3/4.*\d/(s|min).*\[bold\]eve", text.getvalue())
