"""What something costs: CPU seconds of every process that takes part, and wall seconds."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.warm import WarmProcess

ROOT = Path(__file__).resolve().parents[1]
_RESTING = 1 if os.geteuid() == 0 else 2  # without root a doorman waits beside the warm process


@dataclass(frozen=True)
class Cost:
    """Seconds of wall time and of CPU time; MiB of the process that had most."""

    wall: float
    cpu: float
    megabytes: float = 0.0

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.wall - other.wall, self.cpu - other.cpu, self.megabytes)

    def __truediv__(self, count: float) -> Cost:
        return Cost(self.wall / count, self.cpu / count, self.megabytes)


def run(folder: Path, *command: str, more: Mapping[str, str] | None = None, codes: tuple[int, ...] = (0,)) -> Cost:
    """What a command costs, and all that it starts and waits for; ends this process if its exit code is not in `codes`.

    It finds this checkout's packages, and the programs beside its own. `more` are further environment variables.
    """
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(folder.parent)} | dict(more or {})
    with (folder.parent / "log").open("w+", encoding="utf-8") as log:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            log.seek(0)
            sys.exit(f"{' '.join(command)}: {process.returncode}\n{log.read()}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def cpu_of_warm(warm: WarmProcess) -> float:
    """CPU seconds of the warm process and of every worker that it has had, once those have ended. In steps of 10 ms."""
    while len(family := family_of(warm.process.pid)) > _RESTING:
        time.sleep(0.001)
    ticks = 0
    for pid in family:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])  # its own, and its children's that have ended
    return ticks / os.sysconf("SC_CLK_TCK")


def family_of(pid: int) -> list[int]:
    """A process and all that descend from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return []
    return [pid, *(member for child in children for member in family_of(int(child)))]


def commit() -> str:
    """The commit of this checkout, and whether it was changed."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
