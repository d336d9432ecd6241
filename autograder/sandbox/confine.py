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
  pid namespace of its own; the caller stays behind as a doorman that ends exactly as Z ends, and takes Z with it.
  So pids that Z sees mean nothing to T: let Z kill its workers, or send T a pidfd. Call it before starting anything.
* With "caps" (root) nothing about Z changes. `prepare(..., namespaces=False)` changes nothing either; single layers
  are best proved from a Z started so, since a victim outside Z's pid namespace could not be attacked anyway.
* `ready` holds descriptors, all close-on-exec; `confine` closes everything but 0, 1, 2 and `keep_fds` in the child.
* After `confine` there is no /proc, no writable directory and no fork; what the worker needs of ours is imported before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from autograder.sandbox.namespaces import Namespaces
from autograder.sandbox.seccomp import Program

LAYERS = ("namespaces", "uid", "rlimits", "landlock", "seccomp")
FIRST_UID = 60000


class ConfinementFailed(Exception):
    """A step did not work; the worker must end without running anything of a student's.

    `layer` is a name of LAYERS or "process" for the steps that every worker gets.
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


@dataclass(frozen=True)
class Ready:
    """What Z makes once, so that a worker does not have to."""

    namespaces: Namespaces
    ruleset: int | None
    program: Program | None
    parent: int
    address_space: bool
    missing: dict[str, str]

    @property
    def layers(self) -> frozenset[str]:
        """The layers that this machine has."""
        return frozenset(LAYERS) - self.missing.keys()

    def fork(self, policy: Policy) -> int:
        """`os.fork()`; the child is pid 1 of a new pid namespace if the policy asks for namespaces."""
        raise NotImplementedError


def readable_paths() -> tuple[str, ...]:
    """What this interpreter reads after start-up, as it spells it; never a project, home or temp directory."""
    raise NotImplementedError


def prepare(readable: Sequence[str], *, namespaces: bool = True, address_space: bool = True) -> Ready:
    """Find out what works here and make what workers share. `address_space=False`: hosts where RLIMIT_AS cannot be used."""
    raise NotImplementedError


def confine(policy: Policy, ready: Ready, keep_fds: Collection[int]) -> None:
    """Apply the policy to the calling process, a fresh child of `ready.fork`. Raises ConfinementFailed."""
    raise NotImplementedError
