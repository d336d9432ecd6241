"""Private mount, pid, network, IPC and UTS namespaces for a worker, with or without root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Namespaces:
    """How namespaces are made on this machine: `way` is "caps", "userns" or None (then `errno` and `reason` say why)."""

    way: str | None
    errno: int
    reason: str
    readable: tuple[str, ...]
    pid_namespace: int

    def fork(self) -> int:
        """`os.fork()` whose child is pid 1 of a new pid namespace; later forks of the caller are normal again."""
        raise NotImplementedError

    def enter_private_root(self) -> None:
        """In the child: leave every other namespace, for a root that holds `readable` and nothing else."""
        raise NotImplementedError


def prepare(readable: Sequence[str]) -> Namespaces:
    """Try each way in a child and set the caller up for the first that works. See confine.py on "userns"."""
    raise NotImplementedError
