"""Fills the folder for temporary files, with bytes and with names; must meet a bound, and leave nothing."""

import os

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

written = names = 0
try:
    for number in range(100):
        with open(f"/tmp/{kit.MARK}{number}", "wb") as file:
            for _ in range(8):
                written += file.write(bytes(1 << 20))
except OSError:
    pass
if written > 100 << 20:
    kit.gained(f"{written} bytes in /tmp")
try:
    for names in range(5000):
        open(f"/tmp/{kit.MARK}-{names}", "x").close()
    kit.gained(f"{names} files in /tmp")
except OSError:
    pass
kit.attempt("a large file", lambda: os.posix_fallocate(os.open(f"/tmp/{kit.MARK}", os.O_RDWR | os.O_CREAT), 0, 1 << 30))
