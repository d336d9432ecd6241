"""Raises its own limits and its priority; must stay where it was put."""

import os
import resource

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

for name in ("AS", "DATA", "CPU", "NOFILE", "FSIZE", "NPROC", "CORE", "NICE", "RTPRIO", "MEMLOCK"):
    which = getattr(resource, f"RLIMIT_{name}")
    hard = resource.getrlimit(which)[1]
    kit.attempt(f"no limit of {name}", resource.setrlimit, which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    kit.attempt(f"a larger limit of {name}", resource.setrlimit, which, (hard + 1, hard + 1))
kit.attempt("priority", os.setpriority, os.PRIO_PROCESS, 0, -20)
kit.attempt("real time", os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
kit.attempt("processors", os.sched_setaffinity, 0, range(os.cpu_count()))
