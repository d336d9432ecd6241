"""Loops for ever with every signal ignored; must be killed at its deadline."""

import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def corr2d(X, K):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
