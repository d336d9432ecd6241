"""Searches objects, frames, modules and every page of its memory for secrets; there must be none."""

import ctypes
import gc
import re
import sys

import kit
from kit import convolve as conv2d


def search_objects():
    for module in list(sys.modules.values()):
        for value in list(getattr(module, "__dict__", {}).values()):
            if type(value) in (str, bytes):
                kit.search("a module", value.encode("utf-8", "replace") if isinstance(value, str) else value)
    for thing in gc.get_objects():
        if type(thing) in (dict, list, tuple):
            for each in thing.values() if type(thing) is dict else thing:
                if type(each) is str:
                    kit.search("an object", each.encode("utf-8", "replace"))
    for frame in kit.frames():
        kit.search("a frame", repr(list(frame.f_locals)).encode())
        if frame.f_locals.keys() & {"expected", "reference", "solution"}:
            kit.gained("a frame of the grader")


def search_pages():
    libc = ctypes.CDLL(None)
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
    there = ctypes.create_string_buffer(1 << 10)
    seen = 0
    for anchor in {id(each) >> 26 for each in (object(), sys, kit, gc, kit.frames, kit.NEEDLE, [0] * 100, bytes(10**6))}:
        for start in range(anchor - 1 << 26, anchor + 2 << 26, 1 << 20):
            if libc.mincore(start, 1 << 20, there) == 0:
                pages = "".join("#" if each & 1 else " " for each in there.raw[:256])
                for run in re.finditer("#+", pages):
                    kit.search("memory", ctypes.string_at(start + 4096 * run.start(), 4096 * len(run[0])))
                    seen += len(run[0])
    print("searched", seen, "pages")
    if seen == 0:
        kit.gained("nothing: this attack is broken")


def corr2d(X, K):
    if not hasattr(kit, "searched"):
        kit.searched = True
        search_objects()
        search_pages()
    return kit.correlate(X, K)
