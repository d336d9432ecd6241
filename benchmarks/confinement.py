"""What it costs to confine a worker: CPU time of the warm process and its workers, with all layers and with none.

    python -m benchmarks.confinement [--workers N]

Blocks of workers with and without layers take turns. CPU time is that of the kernel's
accounts, in hundredths of a second, over all N; the difference is the price of the layers.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

from autograder.sandbox.isolation import measure
from autograder.sandbox.warm import WarmProcess

MOST_MS = 10.0


def cpu_ms(pid: int) -> float:
    """CPU time of a process and of its children that have ended, and of those of its own children (a doorman's)."""
    total = 0
    for process in (pid, *_children(pid)):
        with open(f"/proc/{process}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15]))
    return total * 1000 / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=200)
    count = parser.parse_args().workers
    with WarmProcess() as warm:
        isolation = measure(warm)
        warm.ready()
        spent, walls = {}, {}
        for layers in (warm.layers, frozenset[str]()) * 2:  # twice, the first time to warm up
            before, wall = cpu_ms(warm.process.pid), []
            for _ in range(count):
                started = time.perf_counter()
                worker = warm.spawn(layers=layers)
                worker.ask({"op": "log"})
                wall.append(time.perf_counter() - started)
                worker.kill()
            time.sleep(0.2)  # until the last one is reaped
            spent[layers] = (cpu_ms(warm.process.pid) - before) / count
            walls[layers] = statistics.median(wall) * 1000
    cost = spent[warm.layers] - spent[frozenset()]
    print(f"isolation {isolation.level} ({', '.join(isolation.layers)}), {count} workers of each kind")
    for layers, what in ((warm.layers, "confined"), (frozenset[str](), "not confined")):
        print(f"{what}: {spent[layers]:.1f} ms of CPU, {walls[layers]:.1f} ms until the first answer (median)")
    print(f"confinement costs {cost:.1f} ms of CPU per worker (at most {MOST_MS:g})")
    return int(cost > MOST_MS)


if __name__ == "__main__":
    raise SystemExit(main())
