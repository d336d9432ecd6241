"""The trusted end of the warm process: starting it, and getting workers from it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from autograder.errors import MachineryError
from autograder.language import _
from autograder.sandbox.confine import LAYERS
from autograder.sandbox.gpu import ENVIRONMENT, HIDDEN, HOST_MEMORY_MB
from autograder.sandbox.spawn import SPAWN

if TYPE_CHECKING:
    from autograder.sandbox.connection import Worker
    from autograder.sandbox.remote import Peer

START_SECONDS = 120.0
SLOTS = 512
_PACKAGE = Path(__file__).resolve().parents[1]


class WarmProcess:
    """Starts in the background; `ready()` waits for it. Safe to use from forks of the process that made it.

    Workers that are to use the GPU come from one of their own, which `start_gpu` starts: they need other rights.
    """

    def __init__(self, *, gpu: bool = False) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.control = ours
        self.layers: frozenset[str] = frozenset()  # until `isolation.measure` has shown which there are
        self.missing: dict[str, str] = {}
        self.slot = 0
        self.gpu: WarmProcess | None = None
        self.host_memory_mb = HOST_MEMORY_MB if gpu else 0
        self._ready = False
        self._failure = ""
        with theirs:
            # The package may lie in a checkout that is not installed; its own folder goes last, after the libraries.
            found = f"import sys; sys.path.append({str(_PACKAGE.parent)!r})"
            code = f"{found}; from autograder.sandbox.zygote import main; main({theirs.fileno()}, {gpu})"
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", code],
                pass_fds=[theirs.fileno()], env=_clean_environment(gpu), stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip

    def ready(self) -> None:
        """Wait until torch is loaded and warmed. Raises `MachineryError` if that fails."""
        if self._ready:
            return
        if self._failure:
            raise MachineryError("warm-process-gone", reason=self._failure)
        self.control.settimeout(START_SECONDS)
        with suppress(OSError):
            report = self.control.recv(1 << 16)
            if report:
                self.missing = json.loads(report)["missing"]
                self._ready = True
                self.control.settimeout(None)
                return
        self.process.kill()
        errors = self.process.communicate()[1]
        self._failure = (errors.decode("utf-8", "replace").strip().splitlines() or [_("no reason given")])[-1]
        raise MachineryError("warm-process-gone", reason=self._failure)

    def use_slot(self, slot: int) -> None:
        """For a process forked from this one: a number of its own, from which its workers get their uid."""
        self.slot = slot
        if self.gpu is not None:
            self.gpu.use_slot(slot)

    def start_gpu(self) -> WarmProcess:
        """The warm process whose workers can use the GPU, which is closed with this one."""
        if self.gpu is None:
            self.gpu = WarmProcess(gpu=True)
        return self.gpu

    def spawn(
        self,
        *,
        layers: Collection[str] | None = None,
        supplier: Peer | None = None,
        cpu_seconds: int = 60,
        memory_mb: int = 1024,
    ) -> Worker:
        """A fresh worker with the layers that this machine has been shown to give (or with these alone)."""
        from autograder.sandbox.connection import Worker  # torch, which the start need not wait for

        self.ready()
        wanted = self.layers if layers is None else layers
        bits = sum(1 << bit for bit, layer in enumerate(LAYERS) if layer in wanted)
        data, their_data = socket.socketpair()
        status, their_status = socket.socketpair()
        output, their_output = os.pipe()
        os.set_blocking(output, False)
        message = SPAWN.pack(bits, self.slot % SLOTS, cpu_seconds, memory_mb + self.host_memory_mb)
        try:
            socket.send_fds(self.control, [message], [their_data.fileno(), their_output, their_status.fileno()])
        except OSError as error:
            raise MachineryError("warm-process-gone", reason=error.strerror) from None
        finally:
            their_data.close()
            their_status.close()
            os.close(their_output)
        return Worker(data, output, status, supplier)

    def close(self) -> None:
        if self.gpu is not None:
            self.gpu.close()
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()

    def __enter__(self) -> WarmProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _clean_environment(gpu: bool) -> dict[str, str]:
    """Nothing of the grader's environment but what torch needs to find its libraries, one thread each."""
    names = ("PATH", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS")}
    # Huge pages make the heap cheap to fork (a fifth of a worker's CPU time), few arenas keep it small, and
    # what nobody has written (torch.empty) is the same huge number every time, not a zero by luck.
    memory = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.perturb=128", "MALLOC_ARENA_MAX": "2"}
    rest = {"LANG": "C.UTF-8", "PYTORCH_NVML_BASED_CUDA_CHECK": "1", "TMPDIR": tempfile.gettempdir()}
    return kept | threads | memory | rest | HIDDEN | (ENVIRONMENT if gpu else {})
