"""Every exception of the package.

    AutograderError              anything we raise on purpose
    ├── UsageError               the command was called wrongly, or its input is not what it should be   exit 2
    │   └── CourseError          a course file is broken: path, line, reason                             exit 2
    ├── IsolationError           the machine cannot confine student code as required                     exit 3
    ├── MachineryError           our side failed; nothing that a submission does may cause it            exit 3
    └── WorkerError              the worker did not answer as it should: the submission's doing
        ├── SubmissionRaised     student code raised
        ├── WorkerTimeout        no answer before the deadline
        └── WorkerCrashed        the process died, or spoke nonsense

A check that fails raises `autograder.compare.Mismatch`, an AssertionError, so that a hidden
test stays an ordinary test.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# Of every command (CONTRACT.md section 5): marks were lost, wrong usage, the machinery failed, Ctrl-C.
EXIT_LOST, EXIT_USAGE, EXIT_MACHINERY, EXIT_INTERRUPTED = 1, 2, 3, 130


class AutograderError(Exception):
    """Anything we raise on purpose; its text is written for people."""


class UsageError(AutograderError):
    """The command was called wrongly, or its input is not what it should be."""


class CourseError(UsageError):
    """A course file is broken."""

    def __init__(self, path: Path | str, line: int | None, reason: str) -> None:
        self.path, self.line, self.reason = Path(path), line, reason
        super().__init__(f"{path}:{line}: {reason}" if line else f"{path}: {reason}")


class IsolationError(AutograderError):
    """The machine cannot confine student code as required."""


class MachineryError(AutograderError):
    """Our side failed; nothing that a submission does may cause it."""


class WorkerError(AutograderError):
    """The worker did not answer as it should."""


@dataclass
class SubmissionRaised(WorkerError):
    """Student code raised.

    All of it is the worker's word: `type` and `message` may be anything a student chose, and
    only public checks may show `message`.
    """

    type: str
    bases: tuple[str, ...]
    message: str
    file: str
    line: int
    suspect: str | None = None  # the misconception to name if nothing else explains it; set by a check

    def __str__(self) -> str:
        return f"{self.type}: {self.message}"


class WorkerTimeout(WorkerError):
    """No answer before the deadline; the worker was killed."""


class WorkerCrashed(WorkerError):
    """The worker's process died, or sent something that is not an answer; it was killed."""
