"""Searches objects, frames, modules and every page of its memory for secrets; there must be none."""

import ctypes
import gc
import sys

import kit
from kit import convolve as conv2d


def search_objects():
    for module in list(sys.modules.values()):
        for value in list(getattr(module, "__dict__", {}).values()):
            if isinstance(value, (str, bytes)):
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
    for anchor in {id(object()) >> 30, id(sys) >> 30, ctypes.addressof(there) >> 30, id(kit) >> 30, id(gc) >> 30}:
        for start in range((anchor << 30), (anchor + 1) << 30, 4 << 20):
            if libc.mincore(start, 4 << 20, there) == 0 and any(there.raw):
                kit.search("memory", ctypes.string_at(start, 4 << 20))
                seen += 1
    print("searched", seen, "pieces")


def corr2d(X, K):
    if not hasattr(kit, "searched"):
        kit.searched = True
        search_objects()
        search_pages()
    return kit.correlate(X, K)
