"""Stops itself by SIGSTOP and then waits for a lock that nobody gives back; must be killed at its deadline."""

import os
import signal
import threading


def corr2d(X, K):
    os.kill(os.getpid(), signal.SIGSTOP)
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
