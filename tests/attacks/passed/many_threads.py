"""Starts threads until there are no more; must meet a bound, and leave the others their share."""
# like: threaded

import threading
import time

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

started = 0
try:
    for _ in range(1000):
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        started += 1
    kit.gained(f"{started} threads")
except RuntimeError:
    pass
