"""For how long the machine had no core for a worker, or for us who wait for it: no time of the submission's.

The kernel counts it for each thread: https://docs.kernel.org/scheduler/sched-stats.html.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from autograder.sandbox.spawn import FORKED

NO_PIDFD, INT = -1, 4


class Waiting:
    """Counts from when it is made. `status` is the socket on which the warm process tells of the worker."""

    def __init__(self, status: socket.socket) -> None:
        self.status = status
        self.began, self.before = time.monotonic(), _waiting("thread-self")
        self.pidfd: int | None = None  # of the worker, once it was needed, or NO_PIDFD

    def seconds(self, confined: bool) -> float:
        """The seconds for which the worker's first thread, once it is confined, or ours was ready and had no core."""
        ours = _waiting("thread-self") - self.before
        return min(ours + (self._its_own() if confined else 0.0), time.monotonic() - self.began)

    def pid(self) -> str:
        """The worker's, as this process sees it; empty where that cannot be known."""
        if self.pidfd is None:
            self.pidfd = self._take_pidfd()
        if self.pidfd is None or self.pidfd == NO_PIDFD:
            return ""
        with suppress(OSError, IndexError):  # there is no such /proc
            told = Path(f"/proc/self/fdinfo/{self.pidfd}").read_text(encoding="ascii")
            return told.partition("\nPid:")[2].split()[0]
        return ""

    def close(self) -> None:
        if self.pidfd is not None and self.pidfd != NO_PIDFD:
            os.close(self.pidfd)

    def _its_own(self) -> float:
        pid = self.pid()
        with suppress(OSError):  # it has ended
            # Threads of its own can keep it from a core for as long as they use one, and no longer.
            return max(0.0, _waiting(pid) - _used_by_other_threads(pid)) if pid else 0.0
        return 0.0

    def _take_pidfd(self) -> int | None:
        """What the warm process has sent with `FORKED`; None if that is still to come."""
        flags = socket.MSG_DONTWAIT | getattr(socket, "MSG_CMSG_CLOEXEC", 0)
        with suppress(BlockingIOError):  # which `socket.recv_fds` would wait for
            _, ancillary, _, _ = self.status.recvmsg(len(FORKED), socket.CMSG_LEN(INT), flags)
            sent = b"".join(data for _, _, data in ancillary)
            return int.from_bytes(sent, sys.byteorder) if len(sent) == INT else NO_PIDFD
        return None


def _waiting(process: str) -> float:
    """The seconds for which the first thread of /proc/`process` has waited for a core; 0 where nobody counts them."""
    with suppress(OSError):
        return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    return 0.0


def _used_by_other_threads(pid: str) -> float:
    """The CPU seconds of a process that are not those of its first thread, to a hundredth."""
    first = int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    of_all = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return sum(map(int, of_all[11:13])) / os.sysconf("SC_CLK_TCK") - first
