"""Ctrl-C that nothing between the signal and us can swallow.

Python raises `KeyboardInterrupt` wherever the main thread happens to be. In a callback of the garbage
collector's or a finaliser it is printed and dropped, and some libraries import others under a bare `except:`
(mpmath, which torch loads). So the handler also notes that it was called, and whoever hands out work asks.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class _Handler:
    called = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.called = True
        raise KeyboardInterrupt


@contextmanager
def noticed() -> Iterator[None]:
    """Note every Ctrl-C meanwhile. Does nothing where SIGINT is ignored, as in `nohup`, or in a thread."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, _Handler())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def raise_if_noticed() -> None:
    """Raise `KeyboardInterrupt` if there was a Ctrl-C, whatever became of the first."""
    handler = signal.getsignal(signal.SIGINT)
    if isinstance(handler, _Handler) and handler.called:
        raise KeyboardInterrupt
