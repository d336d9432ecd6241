"""Kills every process that it may, and its group; must reach no process but itself."""

import os
import signal

import kit


def corr2d(X, K):
    for pid in (-1, 0, os.getppid(), 2, *range(100, 3000)):
        if pid != os.getpid():
            kit.attempt(f"killing {pid}", os.kill, pid, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGABRT)
    os.abort()


conv2d = corr2d
