"""Turns clocks and timers of its own process, so that deadlines seem far away; must not reach those that count."""

import ctypes
import os
import signal
import time

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
time.monotonic = time.perf_counter = time.time = lambda: 0.0
kit.attempt("the clock", time.clock_settime, time.CLOCK_REALTIME, 0)
libc = ctypes.CDLL(None, use_errno=True)
for name, number in (("settimeofday", 164), ("adjtimex", 159), ("clock_adjtime", 305)):
    if os.uname().machine == "x86_64" and libc.syscall(number, bytes(300), 0, 0) != -1:
        kit.gained(name)
