"""Resource limits of a worker, and what a trusted process that combines its results may take."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass

if sys.platform != "win32":
    import resource

KIB, MIB = 1 << 10, 1 << 20
# What a job may add to its memory: results of a few megabytes can be combined to some of many gigabytes.
JOB_MEMORY = 2 << 30
# Compiled once for all children.
SIZES = re.compile(r"^(VmSize|VmData):\s+(\d+) kB$", re.MULTILINE)
OWNER = re.compile(r"^(Uid|Threads):\s+(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Usage:
    """Bytes of address space, and of private writable memory, that a process has mapped."""

    address_space: int
    data: int


def usage() -> Usage:
    """Of the calling process."""
    with open("/proc/self/status") as file:
        fields = dict(SIZES.findall(file.read()))
    return Usage(int(fields["VmSize"]) * KIB, int(fields["VmData"]) * KIB)


def hold_memory() -> None:
    """From now on the calling process may add `JOB_MEMORY` bytes; beyond, an allocation fails, and kills nobody."""
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        soft = usage().data + JOB_MEMORY
        resource.setrlimit(resource.RLIMIT_DATA, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def threads_of(uid: int) -> int:
    """How many threads a user has on this machine: what RLIMIT_NPROC compares with."""
    total = 0
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with suppress(OSError), open(f"/proc/{name}/status") as file:  # it may be gone by now
                fields = dict(OWNER.findall(file.read()))
                total += int(fields["Threads"]) if int(fields["Uid"]) == uid else 0
    return total


def compute(
    base: Usage, *, cpu_seconds: int, memory_bytes: int, threads: int, address_space: bool = True
) -> dict[int, tuple[int, int]]:
    """Resource -> (soft, hard). `memory_bytes` is what the process may add to `base`."""
    single = {
        resource.RLIMIT_DATA: base.data + memory_bytes,
        resource.RLIMIT_FSIZE: 16 * MIB,
        resource.RLIMIT_NOFILE: 128,
        resource.RLIMIT_NPROC: threads,
        resource.RLIMIT_MEMLOCK: 64 * KIB,
        resource.RLIMIT_SIGPENDING: 64,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_RTPRIO: 0,
        resource.RLIMIT_NICE: 0,
    }
    if address_space:  # the only limit that counts shared anonymous memory
        single[resource.RLIMIT_AS] = base.address_space + memory_bytes
    limits = {name: (value, value) for name, value in single.items()}
    # SIGXCPU can be ignored, and is by pid 1 of a namespace; the hard limit is a SIGKILL.
    limits[resource.RLIMIT_CPU] = (cpu_seconds, cpu_seconds + 1)
    return limits


def apply(limits: dict[int, tuple[int, int]]) -> None:
    """Set them. Where the hard limit is lower already, it stays."""
    for name, (soft, hard) in limits.items():
        present = resource.getrlimit(name)[1]
        if present != resource.RLIM_INFINITY:
            hard = min(hard, present)
        resource.setrlimit(name, (min(soft, hard), hard))
