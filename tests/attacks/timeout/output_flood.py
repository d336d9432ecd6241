"""Prints without end, to both streams and past Python; must not fill anything nor delay the deadline."""

import os
import threading


def flood(fd):
    while True:
        os.write(fd, b"FLOOD\x1b[31m" * 10_000)


def corr2d(X, K):
    threading.Thread(target=flood, args=(2,), daemon=True).start()
    flood(1)
