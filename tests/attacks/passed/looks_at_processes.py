"""Looks at the processes of the grader, their memory and environment; must not see any."""

import ctypes
import os
import sys

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

for pid in ("self", 1, os.getppid(), *range(2, 400)):
    if pid not in ("self", os.getpid()):
        for name in ("environ", "cmdline", "maps", "mem", "fd", "root", "cwd", "status"):
            kit.attempt(f"/proc/{pid}/{name}", lambda: os.stat(f"/proc/{pid}/{name}"))
        kit.attempt(f"signal to {pid}", os.kill, int(pid), 0)
libc = ctypes.CDLL(None, use_errno=True)


def system_call(*arguments):
    if libc.syscall(*map(ctypes.c_long, arguments)) == -1:
        raise OSError(ctypes.get_errno())
    return arguments


for pid in {1, 2, 3, 4, os.getppid()} - {0, os.getpid()}:
    kit.attempt("ptrace", system_call, 101, 16, pid, 0, 0)
    kit.attempt("pidfd_open", system_call, 434, pid, 0)
    kit.attempt("process_vm_readv", system_call, 310, pid, 0, 0, 0, 0, 0)
    kit.attempt("prlimit", system_call, 302, pid, 0, 0, 0)
    kit.attempt("setpriority", system_call, 141, 0, pid, 19)
    kit.attempt("sched_setaffinity", system_call, 203, pid, 8, 0)
kit.search("environ", repr(dict(os.environ)).encode())
kit.search("argv", repr((sys.argv, sys.orig_argv, sys.path)).encode())
