"""A GPU in a worker: which paths it takes, and how it is set up before any student code runs.

Neither the grader nor the warm process touches the GPU, for a CUDA context does not survive a fork, and
torch's optimizers start one where they see a GPU. So it is hidden from everybody but the workers that
need it, each of which makes a context of its own. The cap on its memory is torch's, which student code
can lift; only the driver's partitions (MIG) would hold against that.
"""

from __future__ import annotations

import glob
import os
from functools import cache

# Beside libraries: what libcuda reads, and where drivers are put into containers.
READABLE = ("/sys", "/proc/driver/nvidia", "/proc/devices", "/proc/modules", "/usr/local/nvidia", "/usr/local/cuda")
DEVICES = ("/dev/nvidia[0-9]*", "/dev/nvidiactl", "/dev/nvidia-uvm*", "/dev/nvidia-caps/*", "/dev/dxg")
VISIBLE = "CUDA_VISIBLE_DEVICES"
HIDDEN = {VISIBLE: ""}
HOST_MEMORY_MB = 8192  # what CUDA's libraries may take of the host's memory beside an exercise's own limit
# Same results every time: what cuBLAS wants to be told before it starts.
ENVIRONMENT = {"CUBLAS_WORKSPACE_CONFIG": ":4096:8", "CUDA_MODULE_LOADING": "LAZY", "CUDA_CACHE_DISABLE": "1"}


@cache
def visible() -> str | None:
    """Which GPUs the environment asked for, before `hide`; None if it says nothing."""
    return os.environ.get(VISIBLE)


def hide() -> None:
    """Keep CUDA out of this process and its forks."""
    visible()
    os.environ.update(HIDDEN)


def devices_of_gpu() -> tuple[str, ...]:
    """The device files of NVIDIA's driver."""
    return tuple(path for pattern in DEVICES for path in sorted(glob.glob(pattern)))


def readable_for_gpu() -> tuple[str, ...]:
    """What the driver's library reads."""
    libraries = [path for path in os.environ.get("LD_LIBRARY_PATH", "").split(":") if path]
    return tuple(path for path in (*READABLE, *libraries) if os.path.exists(path))


def start(memory_mb: int, visible: str | None) -> str:
    """Use the GPU for the first time, in this process; its name. Raises `RuntimeError` if that does not work.

    `visible` is which one, as CUDA_VISIBLE_DEVICES names it; None is the first.
    Values are to be those of the CPU but for rounding: no TF32, and deterministic algorithms where there are any.
    """
    import torch

    os.environ.pop(VISIBLE, None)
    if visible is not None:
        os.environ[VISIBLE] = visible
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True, warn_only=True)
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, memory_mb * 2**20 / total))
    square = torch.full((8, 8), 2.0, device="cuda")
    if (square @ square).sum().item() != 8 * 8 * 8 * 4.0:
        raise RuntimeError("the GPU multiplies wrongly")
    return torch.cuda.get_device_name(0)
