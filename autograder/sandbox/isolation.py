"""How well this machine confines student code, as shown by attacks that failed.

Levels, best first (SECURITY.md 5.1):

    full       namespaces with a private root, Landlock, seccomp and limits
    strong     Landlock, seccomp and limits
    uid        seccomp and limits, and files kept away by another user id or a private root
    seatbelt   macOS's sandbox (not built yet, so never reported)
    process    a process of its own, with deadlines; nothing keeps it from reading what you can read
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import IsolationError, MachineryError, WorkerError
from autograder.language import _
from autograder.results import Isolation
from autograder.sandbox.canaries import try_layers
from autograder.sandbox.confine import LAYERS, open_to_workers, readable_paths, trusts_modes
from autograder.sandbox.gpu import visible
from autograder.sandbox.warm import WarmProcess

if TYPE_CHECKING:
    from autograder.sandbox.connection import Worker

GPU_SECONDS = 60.0
# What is given up so that the GPU can be used, least first.
_SACRIFICES: tuple[tuple[str, ...], ...] = (
    (), ("namespaces",), ("landlock",), ("rlimits",), ("namespaces", "landlock"), ("namespaces", "rlimits"),
    ("seccomp",), ("namespaces", "uid"), ("namespaces", "landlock", "rlimits"),
    ("namespaces", "landlock", "seccomp"), LAYERS,
)  # fmt: skip

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
        lacking = "; ".join(f"{layer}: {reason}" for layer, reason in sorted(isolation.missing.items()))
        raise IsolationError("isolation-too-weak", found=isolation.level, required=level, lacking=lacking)
    for folder in private:
        for readable in readable_paths():
            if folder.resolve().is_relative_to(readable):
                raise IsolationError("private-readable", folder=folder, readable=readable)
        if trusts_modes(isolation.layers) and open_to_workers(str(folder.resolve())):
            raise IsolationError("private-open", folder=folder)
    return isolation


def measure_gpu(warm: WarmProcess) -> Isolation:
    """Find out with which layers a worker can use the GPU, the most first; workers of `warm.gpu` then have those.

    What the GPU's driver needs of the kernel differs from machine to machine, so it is tried and not guessed.
    Raises `MachineryError` if it cannot be used at all.
    """
    gpu = warm.start_gpu()
    gpu.ready()
    problem, first_problem = "", ""
    for sacrifice in _SACRIFICES:
        layers = warm.layers - gpu.missing.keys() - set(sacrifice)
        if sacrifice and warm.layers.isdisjoint(sacrifice):
            continue
        problem = _use_gpu(gpu, layers)
        first_problem = first_problem or problem
        if not problem:
            gpu.layers = layers
            reason = _("with it a worker cannot use the GPU ({reason})").format(reason=first_problem)
            reasons = dict.fromkeys(sacrifice, reason) | gpu.missing
            return Isolation(level_of(layers), tuple(layer for layer in LAYERS if layer in layers), reasons)
    raise MachineryError("gpu-unusable", reason=problem)


def _use_gpu(gpu: WarmProcess, layers: frozenset[str]) -> str:
    """Why a worker with these layers cannot use the GPU, or empty."""
    worker = gpu.spawn(layers=layers, memory_mb=1024)
    try:
        start_gpu(worker, 1024)
        return ""
    except MachineryError as error:
        return str(error.fields["reason"])
    except WorkerError as error:
        return str(error)
    finally:
        worker.close()


def start_gpu(worker: Worker, memory_mb: int) -> str:
    """Have a fresh worker use the GPU; its name. Raises `MachineryError`: no code of a submission's has run yet."""
    worker.deadline = time.monotonic() + GPU_SECONDS
    reply = worker.ask({"op": "gpu", "memory_mb": memory_mb, "visible": visible()})
    if not reply["ok"]:
        raise MachineryError("gpu-unusable", reason=str(reply["error"]["message"]).partition("\n")[0][:200])
    return str(reply["value"])
