"""Forks, executes programs, and leaves a daemon; must not start anything."""

import ctypes
import os
import subprocess
import sys
import time

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d


def daemon():
    if os.fork() == 0:
        os.setsid()
        time.sleep(1000)
    return "forked"


kit.attempt("fork", daemon)
kit.attempt("shell", subprocess.run, "id", shell=True, check=True)
kit.attempt("python", subprocess.Popen, [sys.executable, "-c", "while True: pass"])
kit.attempt("spawn", os.posix_spawn, "/bin/sh", ["sh"], {})
kit.attempt("memfd", os.memfd_create, "program")
kit.attempt("setsid", os.setsid)
libc = ctypes.CDLL(None, use_errno=True)
for number, name in ((56, "clone"), (58, "vfork"), (435, "clone3")):
    buffer = ctypes.create_string_buffer(88)
    pid = libc.syscall(number, ctypes.addressof(buffer) if name == "clone3" else 17, 88 if name == "clone3" else 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    if pid > 0:
        kit.gained(name)
kit.attempt("namespace", lambda: libc.unshare(0x10000000) == 0 or 1 / 0)
