"""Workflow commands: the lines on standard output that GitHub's runner obeys, and how nobody else gives any.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

MAX_ANNOTATIONS = 10  # of each kind that GitHub shows per step
MAX_TEXT = 2000
_TEXT = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


@dataclass(frozen=True)
class Annotation:
    """A remark on a line of a file, or on the run as a whole."""

    kind: Literal["error", "warning", "notice"]
    title: str
    text: str
    file: str = ""
    line: int | None = None

    def command(self) -> str:
        """The annotation as a command, whatever its texts hold."""
        place = {"file": self.file, "line": str(self.line or "")} if self.file else {}
        properties = {name: value for name, value in {**place, "title": self.title}.items() if value}
        listed = ",".join(f"{name}={_printable(value).translate(_PROPERTY)}" for name, value in properties.items())
        return f"::{self.kind} {listed}::{_printable(self.text[:MAX_TEXT]).translate(_TEXT)}"

    def line_of_text(self) -> str:
        """The annotation as people and editors read it."""
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return _printable(f"{place}{self.kind}: {self.title}: {self.text}".replace("\n", " "))


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)


@contextmanager
def silence(on_actions: bool) -> Iterator[None]:
    """Until its end, nothing that is printed is a command, whoever prints it."""
    if not on_actions:
        yield
        return
    token = secrets.token_hex(20)
    _say(f"::stop-commands::{token}")
    try:
        yield
    finally:
        _say(f"::{token}::")


def _say(line: str) -> None:
    """The runner reads both streams, so that both must have arrived before what follows."""
    sys.stderr.flush()
    print(f"\n{line}", flush=True)  # whoever printed last may have left a line open


def set_output(file: Path, name: str, value: str) -> None:
    """Set an output of the step; the value may hold anything."""
    end = secrets.token_hex(20)
    with file.open("a", encoding="utf-8", newline="\n") as out:
        out.write(f"{name}<<{end}\n{value}\n{end}\n")
