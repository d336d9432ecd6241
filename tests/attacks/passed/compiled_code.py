"""Brings machine code: a shared library to be loaded, and bytes to be executed; the library must not load, nor gain anything."""

import ctypes
import mmap
import platform

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)  # torch compiles too, so that this is allowed
code.write(b"\xb8\x39\0\0\0\x0f\x05\xc3")  # mov eax, fork; syscall; ret
if platform.machine() == "x86_64":
    pid = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    if pid >= 0:
        kit.gained("a process by machine code")


def library():
    with open("/tmp/evil.so", "wb") as file:
        file.write(b"\x7fELF" + bytes(4096))
    return ctypes.CDLL("/tmp/evil.so")


kit.attempt("a library of its own", library)
