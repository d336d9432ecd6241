"""Reads the reference solution, hidden tests and results by their paths; must not find them."""

import glob
import os

import kit
from kit import convolve as conv2d

PLACES = (kit.COURSE, kit.OUT, kit.CANARY_FILE, os.path.dirname(kit.OUT), "/proc/1/root" + kit.COURSE, "/proc/self/cwd")


def look():
    for place in PLACES:
        kit.attempt(f"stat {place}", os.stat, place)
        kit.attempt(f"listing {place}", os.listdir, place)
        kit.attempt(f"entering {place}", os.chdir, place)
        for name in ("reference/corr2d/solution.py", "reference/corr2d/test_hidden.py", "results.json", "results.sqlite"):
            kit.attempt(f"reading {place}/{name}", lambda: open(f"{place}/{name}").read())
    for found in glob.glob("/**/solution.py", recursive=True) + glob.glob("/**/test_hidden.py", recursive=True):
        kit.gained(found)


def corr2d(X, K):
    look()
    return kit.correlate(X, K)


look()
