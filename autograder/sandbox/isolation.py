"""How well this machine confines student code, as shown by attacks that failed.

Levels, best first (SECURITY.md 5.1):

    full       namespaces with a private root, Landlock, seccomp and limits
    strong     Landlock, seccomp and limits
    uid        seccomp and limits, and files kept away by another user id or a private root
    seatbelt   macOS's sandbox (not built yet, so never reported)
    process    a process of its own, with deadlines; nothing keeps it from reading what you can read
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from autograder.errors import IsolationError
from autograder.results import Isolation
from autograder.sandbox.canaries import try_layers
from autograder.sandbox.confine import LAYERS, readable_paths
from autograder.sandbox.warm import WarmProcess

LEVELS = ("full", "strong", "uid", "seatbelt", "process")


def level_of(layers: Collection[str]) -> str:
    """The level that these layers amount to."""
    has = set(layers)
    if {"seccomp", "rlimits"} <= has:
        if "landlock" in has:
            return "full" if "namespaces" in has else "strong"
        if has & {"uid", "namespaces"}:
            return "uid"
    return "process"


def measure(warm: WarmProcess) -> Isolation:
    """Try every layer with real attacks; from now on `warm` uses those that held."""
    missing = try_layers()
    layers = tuple(layer for layer in LAYERS if layer not in missing)
    warm.layers = frozenset(layers)
    level = level_of(layers)
    if level in ("full", "strong"):
        missing.pop("uid", None)  # it is there for machines without Landlock; nothing is lost without it here
    return Isolation(level, layers, missing)


def require(warm: WarmProcess, level: str, *, private: Iterable[Path]) -> Isolation:
    """`measure`, and refuse below `level`, or where a worker could read what is `private`."""
    isolation = measure(warm)
    if LEVELS.index(isolation.level) > LEVELS.index(level):
        raise IsolationError(_refusal(isolation, level))
    for folder in private:
        for readable in readable_paths():
            if folder.resolve().is_relative_to(readable):
                raise IsolationError(f"{folder} lies in {readable}, which workers must be able to read; move it")
    return isolation


def _refusal(isolation: Isolation, level: str) -> str:
    lacking = "; ".join(f"{layer}: {reason}" for layer, reason in sorted(isolation.missing.items()))
    return (
        f"this machine isolates student code at level `{isolation.level}`, and `{level}` is required ({lacking}). "
        "Use Linux with Landlock or user namespaces, or a container; `autograde doctor` says what is missing"
    )
