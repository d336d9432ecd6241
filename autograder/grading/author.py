"""Code of the course's author, run as a submission would be but in this process: it is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from autograder.errors import CourseError
from autograder.exercise import Exercise
from autograder.sandbox import wire
from autograder.sandbox.remote import Peer
from autograder.sandbox.worker import Executor


@dataclass(frozen=True)
class AuthorCode:
    """A file of the course's author, graded as if it had been handed in."""

    name: str
    text: str
    helpers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> AuthorCode:
        try:
            return cls(path.name, path.read_text(encoding="utf-8"))
        except OSError as error:
            raise CourseError(path, None, error.strerror or "cannot be read") from None

    def where(self, line: int) -> str:
        return f"{self.name}, line {line}"

    def line(self, line: int) -> str:
        lines = self.text.splitlines()
        return lines[line - 1] if 0 < line <= len(lines) else ""


class LocalPeer:
    """Runs an author's code in this process, through the same wire; never a submission's."""

    def __init__(self, exercise: Exercise, supplier: Peer) -> None:
        self.executor = Executor(supplier)
        self.rng: torch.Tensor | None = None
        self.forgotten: list[tuple[str, int]] = []

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        forgotten, self.forgotten = self.forgotten, []
        asked = wire.decode(wire.encode({**request, "forget": forgotten}), strided=True)
        ours = torch.get_rng_state()
        if self.rng is not None:
            torch.set_rng_state(self.rng)
        if asked["op"] != "load":
            self.executor.finder.activate()
        try:
            return dict(wire.decode(wire.encode(self.executor.execute(asked), strided=False)))
        finally:
            self.executor.finder.deactivate()
            self.rng = torch.get_rng_state()
            torch.set_rng_state(ours)

    def forget(self, kind: str, id: int) -> None:
        self.forgotten.append((kind, id))
