"""Landlock: what is below the given paths can be read, and nothing else can be opened.

It does not mediate `stat`, `chmod`, `chdir` and the like, nor UDP, nor pathname sockets before version 9.
Those are the business of seccomp and of the private root.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Sequence

from autograder.sandbox.seccomp import syscall

CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1
WRITE_FILE, READ_FILE, READ_DIR, IOCTL_DEVICE = 1 << 1, 1 << 2, 1 << 3, 1 << 15
BIND_TCP, CONNECT_TCP = 1 << 0, 1 << 1
ABSTRACT_UNIX_SOCKET, SIGNAL = 1 << 0, 1 << 1
# The file rights that exist from a version on, as the number of their lowest bits.
FILE_RIGHTS = ((9, 17), (5, 16), (3, 15), (2, 14), (1, 13))


def abi() -> tuple[int, str]:
    """The Landlock version of the running kernel; or 0 and the reason."""
    try:
        return syscall("landlock_create_ruleset", None, 0, CREATE_RULESET_VERSION), ""
    except OSError as problem:
        reasons = {
            errno.ENOSYS: "the kernel (or the container's seccomp profile) has no Landlock",
            errno.EOPNOTSUPP: "Landlock is switched off: add it to the kernel's lsm= boot parameter",
        }
        return 0, reasons.get(problem.errno or 0, f"Landlock is not usable: {problem.strerror}")


def build(readable: Sequence[str], devices: Sequence[str] = ()) -> int:
    """A ruleset (a close-on-exec descriptor) that any number of children can apply, in a private root or not.

    Rules belong to inodes, and a bind mount shows the same inodes, so the paths are looked up once, here.
    `devices` can be written and controlled as well.
    """
    version = abi()[0]
    ruleset = _create(version)
    for path in readable:
        _allow_reading(ruleset, path, WRITE_FILE if path == os.devnull else 0)
    for path in devices:
        _allow_reading(ruleset, path, WRITE_FILE | (IOCTL_DEVICE if version >= 5 else 0))
    return ruleset


def apply(ruleset: int) -> None:
    """Restrict the calling process. It must have no_new_privs."""
    syscall("landlock_restrict_self", ruleset, 0)


def _create(version: int) -> int:
    """A ruleset that handles, and so denies, every right that the kernel knows."""
    files = (1 << next(bits for since, bits in FILE_RIGHTS if version >= since)) - 1
    network = BIND_TCP | CONNECT_TCP if version >= 4 else 0
    # RHEL 9 says 6 and cannot scope signals, so ask for less when refused; seccomp filters signals anyway.
    for scope in (ABSTRACT_UNIX_SOCKET | SIGNAL, ABSTRACT_UNIX_SOCKET) if version >= 6 else ():
        try:
            return _create_ruleset(files, network, scope)
        except OSError as problem:
            if problem.errno != errno.EINVAL:
                raise
    return _create_ruleset(files, network, 0)


def _create_ruleset(files: int, network: int, scope: int) -> int:
    attributes = struct.pack("=QQQ", files, network, scope)  # old kernels accept zeros beyond what they know
    return syscall("landlock_create_ruleset", attributes, len(attributes), 0)


def _allow_reading(ruleset: int, path: str, more: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        mode = os.fstat(place).st_mode
        rights = READ_FILE | READ_DIR if stat.S_ISDIR(mode) else READ_FILE | more
        syscall("landlock_add_rule", ruleset, RULE_PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
