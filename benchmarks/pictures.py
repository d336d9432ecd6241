"""Makes the pictures of the README from what the commands show now: `make pictures`, which needs Chromium.

A student's terminal as SVG, and the page that this student gets as PNG, in each language.
"""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.text import Text

from autograder.language import LANGUAGES, SOURCE

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
STUDENT = "maria_garcia"
EXERCISES = ("--exercise", "corr2d", "--exercise", "conv2d_module")
COLUMNS = 92
PAGE = (1000, 1030)  # to the end of the first exercise
MOST_BYTES = 150_000

# Without the fonts that rich would have a browser fetch from another host.
SVG = re.sub(r"@font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)

# The length of a text with Chinese in it, where rich counts each letter as one column.
WIDE = re.compile(r' textLength="[^"]*"(?=[^>]*>[^<]*[\u2e80-\uffef])')


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    for code in LANGUAGES:
        suffix = "" if code == SOURCE else f".{code}"
        with tempfile.TemporaryDirectory() as folder:
            made = [
                _terminal(code, PICTURES / f"terminal{suffix}.svg"),
                _page(code, Path(folder), PICTURES / f"feedback{suffix}.png"),
            ]
        for path in made:
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")
            if path.stat().st_size > MOST_BYTES:
                sys.exit(f"{path} is too large for a README")


def _terminal(code: str, path: Path) -> Path:
    """What `autograde check` shows of the first exercise on a terminal, below the command itself."""
    words = ["check", f"examples/submissions/{STUDENT}", *EXERCISES[:2], *(["--lang", code] if code != SOURCE else [])]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ autograde {' '.join(words)}", style="bold cyan"))
    console.print(Text.from_ansi(_on_a_terminal([sys.executable, "-m", "autograder", *words])))
    svg = console.export_svg(title="autograde", code_format=SVG, unique_id="terminal")
    svg = WIDE.sub("", svg)
    path.write_text("".join(f"{line.rstrip()}\n" for line in svg.splitlines()), encoding="utf-8")
    return path


def _on_a_terminal(command: list[str]) -> str:
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execve(command[0], command, os.environ | {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"})
    said = b""
    with open(terminal, "rb", buffering=0) as screen:
        try:
            while piece := screen.read(1 << 16):
                said += piece
        except OSError:  # the other side of a terminal is closed
            pass
    if (ended := os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])) != 1:
        sys.exit(f"{' '.join(command)} ended with {ended}, and should have said what is wrong")
    return said.decode("utf-8").replace("\r\n", "\n").rstrip()


def _page(code: str, folder: Path, path: Path) -> Path:
    """The top of the page that the student gets."""
    shutil.copytree(ROOT / "examples" / "submissions" / STUDENT, folder / "submissions" / STUDENT)
    command = [sys.executable, "-m", "autograder", "grade", str(folder / "submissions"), *EXERCISES, "--lang", code]
    subprocess.run([*command, "--out", str(folder / "grades")], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    page = folder / "grades" / "feedback" / STUDENT / "index.html"
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
         f"--window-size={PAGE[0]},{PAGE[1]}", f"--screenshot={path}", page.as_uri()],
        check=True, stderr=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip
    return path


if __name__ == "__main__":
    main()
