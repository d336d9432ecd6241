"""What gradebook.db costs: loading nbgrader, a new gradebook, and one in which nothing changes; time, CPU, memory.

    python -m benchmarks.gradebook [--students N]...

Results are those of `benchmarks.report`, made up from a seed. Wall time is from the start of the process that
writes; where a class is graded, loading nbgrader (`ready`) overlaps with that. Limits, beyond `ready`: 1 s for 20
students, 60 s for 1,000.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.gradebook import GradebookProcess, apply_overrides
from autograder.report.reading import read_record
from autograder.results import Record
from benchmarks.report import make_class

LIMITS = {20: 1.0, 1000: 60.0}


@dataclass(frozen=True)
class Cost:
    """Seconds of wall time and of CPU time, of the process that writes and of the one that tells it."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:6.2f} s wall {self.cpu:6.2f} s CPU"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, action="append")
    beyond = []
    for students in parser.parse_args().students or list(LIMITS):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            make_class(out, students)
            record = read_record(out)
            empty = Path(folder) / "empty"
            empty.mkdir()
            ready = _write(Record("none", "cpu", record.isolation, (), ()), empty)
            costs = {"new": _write(record, out), "unchanged": _write(record, out)}
            size = (out / "gradebook.db").stat().st_size / 1e6
        print(f"{students} students, {len(record.exercises)} exercises: {size:.1f} MB")
        for name, cost in {"ready": ready, **costs}.items():
            print(f"  {name:10}{cost}")
        if costs["new"].wall - ready.wall > LIMITS.get(students, float("inf")):
            beyond.append(students)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB")
    if beyond:
        sys.exit(f"beyond a limit: {beyond} students")


def _write(record: Record, out: Path) -> Cost:
    started, cpu = time.perf_counter(), _cpu()
    with GradebookProcess(out) as gradebook:
        complaint = gradebook.write(apply_overrides(record, out))
    if complaint:
        sys.exit(complaint)
    return Cost(time.perf_counter() - started, _cpu() - cpu)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
