"""Reads the reference solution, hidden tests and results by their paths; must not find them."""

import importlib.util
import os
import time

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


def search():
    until = time.monotonic() + 1  # where there is no private root, there is much to go through
    for place, folders, files in os.walk("/"):
        folders[:] = sorted(set(folders) - {"proc", "sys", "usr"})
        for name in {"solution.py", "test_hidden.py"} & set(files):
            kit.attempt(f"reading {place}/{name}", lambda: open(f"{place}/{name}").read())
        if time.monotonic() > until:
            break


def corr2d(X, K):
    look()
    return kit.correlate(X, K)


look()
search()
kit.attempt("finding the reference", lambda: importlib.util.find_spec("reference.corr2d.solution").origin)
