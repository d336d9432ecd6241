"""Resource limits of a worker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """Bytes of address space and of data that a process has."""

    address_space: int
    data: int


def usage() -> Usage:
    """Of the calling process."""
    raise NotImplementedError


def threads_of(uid: int) -> int:
    """How many threads a user has on this machine."""
    raise NotImplementedError


def compute(
    base: Usage, *, cpu_seconds: int, memory_bytes: int, threads: int, address_space: bool = True
) -> dict[int, tuple[int, int]]:
    """Resource -> (soft, hard). `memory_bytes` is what may be added to `base`."""
    raise NotImplementedError


def apply(limits: dict[int, tuple[int, int]]) -> None:
    """Set them; a hard limit that is already lower stays."""
    raise NotImplementedError
