"""Searches objects, frames, modules and every page of its memory for secrets; there must be none."""
# like: meddling

import ctypes
import gc
import os
import sys

from autograder.sandbox import worker

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d


def search_objects():
    for module in list(sys.modules.values()):
        for value in list(getattr(module, "__dict__", {}).values()):
            if type(value) in (str, bytes):
                kit.search("a module", value.encode("utf-8", "replace") if isinstance(value, str) else value)
    containers = [thing for thing in gc.get_objects() if type(thing) in (dict, list, tuple)]
    texts = [each for thing in containers for each in (thing.values() if type(thing) is dict else thing)]
    kit.search("an object", "\0".join([each for each in texts if type(each) is str]).encode("utf-8", "replace"))
    for frame in kit.frames():
        kit.search("a frame", repr(list(frame.f_locals)).encode())
        if frame.f_locals.keys() & {"expected", "reference", "solution"}:
            kit.gained("a frame of the grader")


def search_pages():
    """Write pages to a pipe, which fails for those that cannot be read, and look at what comes out."""
    libc = ctypes.CDLL(None)
    libc.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
    there = ctypes.create_string_buffer(256)
    out, into = os.pipe()
    seen = 0
    for anchor in {id(each) >> 26 for each in (object(), sys, kit, gc, kit.frames, kit.NEEDLE, [0] * 100, bytes(10**6))}:
        for start in range(anchor << 26, anchor + 1 << 26, 1 << 20):
            found = bytearray()
            if libc.mincore(start, 1 << 20, there) or seen > 10_000:
                continue
            for page in range(256):
                if there.raw[page] & 1 and libc.write(into, start + 4096 * page, 4096) == 4096:
                    found += os.read(out, 4096)
                    seen += 1
            kit.search("memory", found)
    print("searched", seen, "pages")
    if seen == 0:
        kit.gained("nothing: this attack is broken")


_call = worker.Executor._call


def call(self, request):
    if SEARCHES and "watch" not in request:  # one in each of the first calls: together they are long
        SEARCHES.pop()()
    return _call(self, request)


SEARCHES = [search_pages, search_objects]
worker.Executor._call = call
