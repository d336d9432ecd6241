"""Looks for other submissions beside its own, by path and among the modules; there must be none."""

import importlib.util
import os

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

folder = os.path.join(os.path.dirname(kit.OUT), "submissions")
kit.attempt("listing submissions", os.listdir, folder)
for name in ("plain-right", "plain-zeros", "."):
    kit.attempt(f"reading {name}", lambda: open(f"{folder}/{name}/corr2d.py").read())
for name in ("solution", "test_hidden", "test_public", "multi_channel", "plain"):
    if importlib.util.find_spec(name) is not None:
        kit.gained(f"a module {name}")
kit.search("sources", repr(list(vars(__import__("linecache"))["cache"].values())).encode())
