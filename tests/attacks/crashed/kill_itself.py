"""Kills itself by SIGKILL in a call, and aborts if it may not; must not take the next worker along."""

import os
import signal


def corr2d(X, K):
    os.kill(os.getpid(), signal.SIGKILL)
    os.abort()


conv2d = corr2d
