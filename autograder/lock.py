"""One run at a time in an output folder: what two write at once would be neither's."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import UsageError
from autograder.results import writing

FILE = ".lock"
_DRAFT = re.compile(r"\.\w+\.(json|csv|db)\.[a-z0-9_]{8}(-journal)?")  # of `write_whole`, and of the gradebook's writer


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold the folder, which is made if it is not there. Raises `UsageError` that names the process which has it.

    The lock is the system's and ends with this process, however that ends; processes forked from it do not have it.
    """
    if sys.platform == "win32":
        yield  # where nothing is graded either
        return
    import fcntl

    path = folder / FILE
    with writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # systems differ
            process = os.read(file, 32).decode("ascii", "replace").strip() or "?"
            os.close(file)
            raise UsageError("out-in-use", folder=folder, process=process) from None
        for draft in folder.glob(".*"):  # nobody else writes here: it is of a run that was killed
            if _DRAFT.fullmatch(draft.name):
                draft.unlink()
        os.truncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
    try:
        yield
    finally:
        os.close(file)
