"""Take every power away from a worker, in the order of SECURITY.md 5.4.

How the warm process Z uses the five modules (this one is the only one it needs to import):

    ready = prepare(readable_paths())      # FIRST thing in Z: one thread, nothing imported, before torch
    ready.missing                          # {"uid": "not root"}: layers this machine lacks, each with its reason
    ...                                    # import torch, warm up
    policy = Policy(layers=ready.layers, slot=3, cpu_seconds=60, memory_bytes=1 << 30)
    pid = ready.fork(policy)               # os.fork(), and the child is pid 1 of a new pid namespace
    if pid == 0:
        os.dup2(output, 1)                 # stdio is the caller's work, and so is os._exit on every path
        try:
            confine(policy, ready, keep_fds={data.fileno()})
        except ConfinementFailed as failure:
            tell(failure.layer, failure.errno, failure.reason)
            os._exit(70)
        ...                                # everything from here on may be hostile

What Z has to know:
* With `ready.namespaces.way == "userns"` (no root) `prepare` returns in a CHILD of the caller, which is pid 1 of a
  pid namespace of its own. The caller stays behind as a doorman: it ends when Z ends, with the same exit status
  (128 + N after signal N), and Z dies with it. So pids that Z sees mean nothing to T: let Z kill its workers.
* With "caps" (root) nothing about Z changes, nor does it with `prepare(..., namespaces=False)`. Prove single layers
  from a Z of that kind: seen from another pid namespace there is no victim whose protection could prove anything.
* `ready` holds descriptors, all close-on-exec; `confine` closes everything but 0, 1, 2 and `keep_fds` in the child.
* After `confine` there is no /proc, no writable directory and no fork; import what the worker needs of ours before.
"""

from __future__ import annotations

import errno
import importlib.util
import os
import struct
import sys
import sysconfig
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from autograder.sandbox import landlock, limits, seccomp
from autograder.sandbox.namespaces import Namespaces, die_with, rehearse
from autograder.sandbox.namespaces import prepare as prepare_namespaces
from autograder.sandbox.seccomp import syscall

LAYERS = ("namespaces", "uid", "rlimits", "landlock", "seccomp")
FIRST_UID = 60000
THREADS = 64

# Beside the interpreter: what the loader, torch's look at the CPU and datetime read; and harmless devices.
SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/dev/null",
    "/dev/zero",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)

PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 4, 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAPABILITY_VERSION_3 = 0x20080522
LAST_FD = 0xFFFFFFFF


class ConfinementFailed(Exception):
    """A step did not work; the worker must end without running anything of a student's.

    `layer` is a name of LAYERS, or "process" for the steps that every worker gets.
    """

    def __init__(self, layer: str, errno: int, reason: str) -> None:
        super().__init__(f"{layer}: {reason}")
        self.layer = layer
        self.errno = errno
        self.reason = reason


@dataclass(frozen=True)
class Policy:
    """What one worker is held to. `memory_bytes` and `cpu_seconds` count from the fork on."""

    layers: frozenset[str]
    slot: int
    cpu_seconds: int
    memory_bytes: int

    @property
    def uid(self) -> int:
        return FIRST_UID + self.slot


def trusts_modes(layers: Collection[str]) -> bool:
    """Whether nothing but their modes keeps a worker with these layers, which is another user, from files."""
    return "uid" in layers and not {"namespaces", "landlock"} & {*layers}


def open_to_workers(path: str) -> bool:
    """Whether a worker that is another user could look into a folder. Tried, as access lists say more than modes."""

    def look() -> None:
        _become(FIRST_UID)
        if not (os.access(path, os.R_OK) or os.access(path, os.X_OK)):
            raise PermissionError(errno.EACCES, "closed", path)

    return rehearse(look) is None


@dataclass(frozen=True)
class Ready:
    """What is made once, so that a worker does not have to.

    `missing` has a reason for each layer that this machine lacks; `parent` is a pidfd; `read_only` is the second
    filter of workers that modes alone keep from files, which a GPU cannot be used with. `usage` is what a worker
    has mapped when it begins, if the warm process has measured it for all of them.
    """

    namespaces: Namespaces
    ruleset: int
    program: seccomp.Program
    read_only: seccomp.Program | None
    parent: int
    address_space: bool
    missing: dict[str, str]
    usage: limits.Usage | None = None

    @property
    def layers(self) -> frozenset[str]:
        """The layers that this machine has."""
        return frozenset(LAYERS) - self.missing.keys()

    def fork(self, policy: Policy) -> int:
        """`os.fork()`; the child is pid 1 of a new pid namespace if the policy asks for namespaces."""
        return self.namespaces.fork() if "namespaces" in policy.layers & self.layers else os.fork()


def readable_paths() -> tuple[str, ...]:
    """What this interpreter may still read after start-up, as it spells it.

    Only directories of libraries, never a prefix: the environment may be inside a project, and the project
    may be installed in it as editable. A .pth file may have led to torch and numpy in some other environment.
    """
    prefixes = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    libraries = {os.path.join(prefix, name) for prefix in prefixes for name in ("lib", "lib64")}
    modules = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    found = [importlib.util.find_spec(name) for name in ("torch", "numpy")]  # which is not to import them
    modules |= {os.path.dirname(os.path.dirname(spec.origin)) for spec in found if spec is not None and spec.origin}
    return tuple(path for path in sorted({*libraries, *modules, *SYSTEM}) if os.path.exists(path))


def prepare(
    readable: Sequence[str], *, namespaces: bool = True, address_space: bool = True, devices: Sequence[str] = ()
) -> Ready:
    """Find out what works here, and make what workers share.

    `devices` are those of a GPU, which workers may use as they like; they bring shared memory along.
    `address_space=False` is for machines where RLIMIT_AS cannot be used; then seccomp has to deny the one kind
    of memory that no other limit counts.
    """
    if reason := _unsupported():
        nothing = Namespaces(None, errno.ENOSYS, reason)
        return Ready(nothing, -1, seccomp.Program(b"", ()), None, -1, address_space, dict.fromkeys(LAYERS, reason))
    missing = {}
    spaces = prepare_namespaces([*readable, *devices]) if namespaces else Namespaces(None, reason="not asked for")
    if spaces.way is None:
        missing["namespaces"] = spaces.reason
    if problem := rehearse(lambda: _become(FIRST_UID)):
        missing["uid"] = f"cannot become another user: {problem.strerror}"
    version, reason = landlock.abi()
    if reason:
        missing["landlock"] = reason
    if reason := seccomp.unavailable():
        missing["seccomp"] = reason
    return Ready(
        namespaces=spaces,
        ruleset=landlock.build(readable, devices) if version else -1,
        program=seccomp.build(shared_memory=address_space or bool(devices), gpu=bool(devices)),
        read_only=None if devices else seccomp.build_read_only(),
        parent=os.pidfd_open(os.getpid()),
        address_space=address_space,
        missing=missing,
    )


def confine(policy: Policy, ready: Ready, keep_fds: Collection[int]) -> None:
    """Apply the policy to the calling process, a fresh child of `ready.fork`. Raises ConfinementFailed."""
    layers = policy.layers
    for layer in sorted(layers - ready.layers):
        raise ConfinementFailed(layer, errno.ENOSYS, ready.missing.get(layer, "there is no such layer"))
    with _step("rlimits"):
        bounds = _bounds(policy, ready) if "rlimits" in layers else {}  # while there is a /proc
    with _step("process"):
        os.setsid()
    if "namespaces" in layers:
        with _step("namespaces"):
            ready.namespaces.enter_private_root()
    with _step("process"):
        _empty_bounding_set()  # while there is the capability for it
    if "uid" in layers:
        with _step("uid"):
            _become(policy.uid)
    with _step("process"):
        _drop_capabilities()
        syscall("prctl", PR_SET_NO_NEW_PRIVS, 1)
        syscall("prctl", PR_SET_DUMPABLE, 0)
        die_with(ready.parent)
    with _step("rlimits"):
        limits.apply(bounds)
    if "landlock" in layers:
        with _step("landlock"):
            landlock.apply(ready.ruleset)
    with _step("process"):
        _close_all_but(keep_fds)  # last, so that nothing which the steps before have opened stays
    if "seccomp" in layers:
        with _step("seccomp"):
            if trusts_modes(layers) and ready.read_only is not None:
                seccomp.apply(ready.read_only)
            seccomp.apply(ready.program)


@contextmanager
def _step(layer: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as problem:
        code = problem.errno if isinstance(problem, OSError) else None
        raise ConfinementFailed(layer, code or errno.EINVAL, str(problem)) from problem


def _unsupported() -> str:
    """Why nothing at all works here, or empty. `close_range` is the newest call that every worker needs."""
    try:
        syscall("close_range", LAST_FD, LAST_FD, 0)
    except OSError as problem:
        return f"this needs Linux 5.9 or newer on x86_64 or aarch64 ({problem.strerror})"
    return ""


def _bounds(policy: Policy, ready: Ready) -> dict[int, tuple[int, int]]:
    nested = "namespaces" in policy.layers and ready.namespaces.way == "userns"
    others = 0 if nested or "uid" in policy.layers else limits.threads_of(os.getuid())
    return limits.compute(
        ready.usage or limits.usage(),
        cpu_seconds=policy.cpu_seconds,
        memory_bytes=policy.memory_bytes,
        threads=others + THREADS,
        address_space=ready.address_space,
    )


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _empty_bounding_set() -> None:
    """Without the capability for it there is nothing to do: no_new_privs keeps the set from giving anything."""
    for capability in range(64):
        try:
            syscall("prctl", PR_CAPBSET_DROP, capability)
        except OSError as problem:
            if problem.errno in (errno.EINVAL, errno.EPERM):  # past the last one; not ours to drop
                return
            raise


def _drop_capabilities() -> None:
    syscall("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    none = bytes(2 * 3 * 4)  # effective, permitted, inheritable: 64 bits each
    syscall("capset", struct.pack("=Ii", CAPABILITY_VERSION_3, 0), none)


def _close_all_but(keep_fds: Collection[int]) -> None:
    first = 0
    for fd in (*sorted({0, 1, 2, *keep_fds}), LAST_FD + 1):
        if first < fd:
            syscall("close_range", first, fd - 1, 0)
        first = fd + 1
