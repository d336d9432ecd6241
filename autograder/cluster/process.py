"""A process that grades, as the one sees it that started it. It may be a Ray worker: nothing here needs torch."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
END_SECONDS = 10.0


class NodeDied(Exception):
    """The process has ended; the text says why, as far as that is known."""


class NodeProcess:
    """Started with a setup (see `node.Setup`, as JSON) and a packed course; its first line is a report.

    What comes and goes are lines of text, so that nothing that a submission has made is ever unpickled.
    """

    def __init__(self, setup: str, course: bytes) -> None:
        # The package may lie in a checkout that is not installed. `-I`: what lies in the current folder is not ours.
        code = (
            f"import sys; sys.path.append({str(_PACKAGE.parent)!r}); from autograder.cluster.node import main; main()"
        )
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS")}
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            env=os.environ | threads, start_new_session=True,
        )  # fmt: skip
        self._write(setup.encode() + b"\n" + course)

    def ask(self, order: str = "") -> str:
        """Give an order, or none, and wait for the next line. Raises `NodeDied`."""
        if order:
            self._write(order.encode() + b"\n")
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.endswith(b"\n"):
            raise self._died()
        return line.decode()

    def close(self) -> None:
        """Let the process remove what it has on this machine, and end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def _write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self._died() from None

    def _died(self) -> NodeDied:
        status = self.process.wait()
        self.errors.seek(0)
        last = self.errors.read().strip().rpartition("\n")[2]
        return NodeDied(f"status {status}{f': {last}' if last else ''}")
