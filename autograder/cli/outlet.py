"""Standard output and standard error where nobody listens, or where there are none: the work goes on all the same."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO


class _Outlet(io.FileIO):
    """A descriptor that goes over to the null device when nothing can be written to it any more.

    Where the other end of a pipe is closed, as `| head` does, nobody need be told.
    """

    def write(self, data: object, /) -> int:
        left = memoryview(data)  # type: ignore[arg-type]
        size = len(left)
        while left:
            left = left[self._write_some(left) or 0 :]  # nothing where it must not wait and would have to
        return size

    def _write_some(self, data: memoryview) -> int:
        try:
            return super().write(data)
        except OSError as error:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self.fileno())
            os.close(null)
            if not isinstance(error, BrokenPipeError):
                raise
            return super().write(data)


def go_on_unheard() -> None:
    """To be called once, by the command, before it opens any file: a closed descriptor's number is the next file's."""
    while (null := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(null, True)
    os.close(null)
    if sys.stdout is sys.__stdout__:  # not where somebody has put another in its place, such as a test
        sys.stdout = _outlet(1, sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _outlet(2, sys.stderr)


def _outlet(descriptor: int, old: TextIO | None) -> TextIO:
    if isinstance(old, io.TextIOWrapper):
        old.flush()
        errors, encoding = old.errors or "strict", old.encoding
    else:
        errors, encoding = "backslashreplace", "utf-8"
    # Without a buffer: Ctrl-C in the midst of a write would leave in it what has been written already.
    raw = _Outlet(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding=encoding, errors=errors, write_through=True)
