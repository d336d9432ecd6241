"""The system calls that a worker may make; and the table of their numbers, with which ours are made."""

from __future__ import annotations

from dataclasses import dataclass


def syscall(name: str, *arguments: int | bytes | None) -> int:
    """Make a system call by name. Raises OSError."""
    raise NotImplementedError


def available() -> str:
    """Empty if a filter can be set, else the reason."""
    raise NotImplementedError


@dataclass(frozen=True)
class Program:
    """A BPF program with gaps for the pid of the process that it is applied to."""

    code: bytes
    pid_at: tuple[int, ...]

    def for_pid(self, pid: int) -> bytes:
        raise NotImplementedError


def build(*, shared_memory: bool = True) -> Program:
    """The policy for this machine. `shared_memory=False` denies shared anonymous mappings (for want of RLIMIT_AS)."""
    raise NotImplementedError


def apply(program: Program) -> None:
    """Filter the calling process for ever. It must have no_new_privs."""
    raise NotImplementedError
