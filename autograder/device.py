"""Where checks that are about a device run: what was asked for, what is there, how it is confined."""

from __future__ import annotations

import torch

from autograder.errors import IsolationError, MachineryError, UsageError
from autograder.grading.session import CPU
from autograder.results import Isolation
from autograder.sandbox.gpu import devices_of_gpu, visible
from autograder.sandbox.isolation import LEVELS, measure_gpu
from autograder.sandbox.warm import WarmProcess

GPU = torch.device("cuda")


def has_gpu() -> bool:
    """Whether there seems to be a CUDA device: CUDA itself is not asked, for that would start it in this process."""
    return torch.version.cuda is not None and bool(devices_of_gpu()) and visible() != ""


def choose(wish: str, warm: WarmProcess, isolation: Isolation, level: str) -> tuple[torch.device, Isolation]:
    """The device for `auto`, `cpu` or `cuda`, and how student code is confined at its weakest.

    `auto` is a GPU that workers can use at isolation `level`, else the CPU. Raises `UsageError` if `cuda` is
    wished for and not there, `IsolationError` if its workers cannot be confined as required.
    """
    if wish == "cpu" or (wish == "auto" and not has_gpu()):
        return CPU, isolation
    if not has_gpu():
        raise UsageError("no-gpu")
    try:
        found = measure_gpu(warm)
    except MachineryError:
        if wish == "cuda":
            raise
        return CPU, isolation
    if LEVELS.index(found.level) > LEVELS.index(level):
        if wish == "auto":
            return CPU, isolation
        lacking = "; ".join(f"{layer}: {reason}" for layer, reason in sorted(found.missing.items()))
        raise IsolationError("gpu-isolation-too-weak", found=found.level, required=level, lacking=lacking)
    return GPU, max(isolation, found, key=lambda each: LEVELS.index(each.level))
