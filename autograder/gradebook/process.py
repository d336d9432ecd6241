"""The process that writes gradebook.db: it loads nbgrader while this one grades, and dies with it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType, TracebackType

from autograder.errors import MachineryError
from autograder.gradebook.book import FILE, book_of
from autograder.gradebook.overrides import check_readable
from autograder.results import Record

SECONDS = 20.0  # to wait for another program that writes to the gradebook
_PACKAGE = Path(__file__).resolve().parents[1]


class GradebookProcess:
    """Started in the background; `write` waits for it. Raises `UsageError` if there is a file that is no gradebook."""

    def __init__(self, out: Path) -> None:
        check_readable(out)
        self.path = out / FILE
        self.process: subprocess.Popen[str] | None = None
        if find_spec("nbgrader") is None:
            return
        # The package may lie in a checkout that is not installed. `-I`: what lies in the current folder is not ours.
        code = f"import sys; sys.path.append({str(_PACKAGE.parent)!r}); from autograder.gradebook.writer import main"
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", f"{code}; main()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.errors, text=True, encoding="utf-8", start_new_session=True,
        )  # fmt: skip

    def write(self, record: Record, submitted: Mapping[str, datetime] = MappingProxyType({})) -> str:
        """Bring the gradebook up to date. Says why it could not, or nothing.

        `submitted` says when students handed in. nbgrader takes a submission for graded if its timestamp.txt and
        the gradebook agree.
        """
        if self.process is None:
            return ""
        book = book_of(record, submitted)
        order = json.dumps({"path": str(self.path.resolve()), "book": book, "seconds": SECONDS})
        said, _errors = self.process.communicate(order + "\n")
        self.errors.seek(0)
        last = said.strip() if self.process.returncode == 0 else self.errors.read().strip().rpartition("\n")[2]
        return MachineryError("gradebook-not-written", path=self.path, reason=last).told() if last else ""

    @property
    def can_write(self) -> bool:
        """Whether nbgrader is installed."""
        return self.process is not None

    def __enter__(self) -> GradebookProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.errors.close()
