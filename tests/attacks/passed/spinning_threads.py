"""Leaves threads behind that compute without end; others must have their share of the machine."""
# like: threaded

import hashlib
import threading

from kit import convolve as conv2d
from kit import correlate as corr2d

DATA = bytes(8 << 20)


def spin():
    while True:
        hashlib.sha256(DATA)  # without the interpreter's lock


for _ in range(12):
    threading.Thread(target=spin, daemon=True).start()
