"""Kills itself by SIGKILL in a call; must not take the warm process or the next worker along."""

import os
import signal


def corr2d(X, K):
    os.kill(os.getpid(), signal.SIGKILL)


conv2d = corr2d
