"""Every exception of the package.

    AutograderError              anything we raise on purpose: an error of the table, see `mistakes`
    ├── UsageError               the command was called wrongly, or its input is not what it should be   exit 2
    │   └── FileError            a file is not what it should be: path, line, reason                     exit 2
    │       └── CourseError      a course file is broken                                                 exit 2
    ├── IsolationError           the machine cannot confine student code as required                     exit 3
    ├── MachineryError           our side failed; nothing that a submission does may cause it            exit 3
    └── submission.Unreadable    a file or an entry of a submission cannot be read: its exercise is rejected
    WorkerError                  the worker did not answer as it should: the submission's doing
    ├── SubmissionRaised         student code raised
    ├── WorkerTimeout            no answer before the deadline
    └── WorkerCrashed            the process died, or spoke nonsense

A check that fails raises `autograder.compare.Mismatch`, an AssertionError, so that a hidden
test stays an ordinary test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from autograder.mistakes import ADVICE, mistakes

# Of every command (CONTRACT.md section 5): marks were lost, wrong usage, the machinery failed, Ctrl-C.
EXIT_LOST, EXIT_USAGE, EXIT_MACHINERY, EXIT_INTERRUPTED = 1, 2, 3, 130

# Into the language in use: `language` lies above this module, since it raises errors itself, and puts its own here.
translate: Callable[[str], str] = str


class AutograderError(Exception):
    """Anything we raise on purpose: the sentence that the table has for a code, with its fields filled in.

    The way out is a note, so that Python and notebooks print it below the message.
    """

    def __init__(self, code: str, /, **fields: object) -> None:
        mistake = mistakes()[code]
        self.code, self.fields = code, fields
        self.sentence = translate(mistake.sentence).format(**fields)
        self.way_out = translate(mistake.way_out).format(**fields)
        super().__init__(code)
        self.add_note(translate(ADVICE).format(way_out=self.way_out))

    def __str__(self) -> str:
        return f"{self.sentence} [{self.code}]"

    def in_a_line(self) -> str:
        """The message with the way out, as records have it."""
        return f"{self.sentence}{translate('; ')}{self.way_out} [{self.code}]"

    def told(self) -> str:
        """The message, and on a line of its own the way out, as a terminal shows it."""
        return "\n".join([str(self), *self.__notes__])


class UsageError(AutograderError):
    """The command was called wrongly, or its input is not what it should be."""


class FileError(UsageError):
    """A file is not what it should be; `line` is counted from 1, if one is to blame."""

    def __init__(self, path: Path | str, line: int | None, code: str, /, **fields: object) -> None:
        super().__init__(code, **fields)
        self.path, self.line, self.reason = Path(path), line, self.sentence
        self.sentence = f"{path}:{line}: {self.sentence}" if line else f"{path}: {self.sentence}"

    def at(self, path: Path) -> Self:
        """The same error in a file whose place was not known."""
        return type(self)(path, self.line, self.code, **self.fields)


class CourseError(FileError):
    """A course file is broken."""


class IsolationError(AutograderError):
    """The machine cannot confine student code as required."""


class MachineryError(AutograderError):
    """Our side failed; nothing that a submission does may cause it."""


class WorkerError(Exception):
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
