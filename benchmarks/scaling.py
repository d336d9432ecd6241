"""How `autograde grade` grows with the class: time, CPU, memory, files; a second run; two jobs against one.

    python -m benchmarks.scaling [--students N]... [--jobs N] [--exercise ID | --whole-course] [--against-one ROUNDS]
    python -m benchmarks.scaling --students 10 --students 100 --students 1000 --students 10000
    python -m benchmarks.scaling --students 20 --whole-course --against-one 3

Every student hands in a file of one exercise, or of each, that is like no other: solutions and wheats in turn, every
fourth a wrong one, each with a number in a comment. Of the results, a tenth but no more than 1,000 are `the first`, as
many `the last`. CPU seconds and memory are those of the command and all that it starts; memory is proportional set
size, which counts a page that several share once, and is looked at twice a second. Wall seconds mean something on a
quiet machine alone.

With `--against-one` the class is graded by several jobs, by one job, and by one job with everything on one core, in
turn and as often as it says; of the ratios of each round it shows the median, and the lowest and highest. One job may
keep more than one core busy: the kernel takes one worker apart while the next is started. Memory is not looked at
then: to add up the pages of a process takes tens of milliseconds of a core that several jobs would use, and one not.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from autograder.exercise import Exercise, load_course
from benchmarks.cost import ROOT, commit, family_of

TICKS = os.sysconf("SC_CLK_TCK")
EVERY = 4  # who hands in something wrong
PAUSE = 0.5  # seconds between two looks
LARGE = 10_000  # what the targets are about
LAST_TO_FIRST, PEAK_MIB, SECOND_RUN, ONE_JOB = 1.10, 1536, 0.02, 1.8


@dataclass
class Run:
    """What a run was seen to do. Times are seconds since its start, `results` those at which each was known."""

    wall: float = 0.0
    cpu: float = 0.0
    written: int = 0  # bytes, to whatever file
    results: list[float] = field(default_factory=list)
    looks: list[tuple[float, float]] = field(default_factory=list)  # time, CPU seconds so far
    peaks: Counter[str] = field(default_factory=Counter)  # KiB by role
    peak: int = 0  # KiB of all together

    def cpu_at(self, moment: float) -> float:
        """CPU seconds that had been used by then, between two looks in proportion."""
        times = [look[0] for look in self.looks]
        after = min(max(1, bisect_left(times, moment)), len(times) - 1)
        (t0, c0), (t1, c1) = self.looks[after - 1], self.looks[after]
        return c0 + (c1 - c0) * (moment - t0) / (t1 - t0)

    def took(self, first: int = 0, last: int = -1) -> tuple[float, float]:
        """Wall and CPU seconds between two results."""
        start, end = self.results[first], self.results[last]
        return end - start, self.cpu_at(end) - self.cpu_at(start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, action="append", help="a class of so many (default: 10, 100, 1000)")
    parser.add_argument("--jobs", type=int, default=2)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--exercise", help="its id (default: that with the fewest checks to pass)")
    which.add_argument("--whole-course", action="store_true", help="every exercise of the course")
    parser.add_argument("--against-one", type=int, metavar="ROUNDS", default=0, help="compare with one job, so often")
    parser.add_argument("--folder", type=Path, help="for the classes and their results (default: one that is removed)")
    arguments = parser.parse_args()
    course = load_course(ROOT)
    if arguments.whole_course:
        exercises = course.exercises
    else:
        exercises = course.select([arguments.exercise or min(course.exercises, key=_tests).id])
    names = ", ".join(each.id for each in exercises)
    print(f"commit {commit()}, {names}, {os.cpu_count()} cores, {arguments.jobs} jobs", flush=True)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        for students in arguments.students or [10, 100, 1000]:
            folder = Path(name) / str(students)
            for exercise in exercises:
                _hand_in(folder / "submissions", exercise, students)
            if arguments.against_one:
                _compare(students, [_round(folder, exercises, arguments.jobs) for _ in range(arguments.against_one)])
            else:
                first = _grade(folder, exercises, arguments.jobs, "grades")
                _show(students, first, folder / "grades", exercises)
                _show_second(first, _grade(folder, exercises, arguments.jobs, "grades"))
            shutil.rmtree(folder)


def _tests(exercise: Exercise) -> int:
    return exercise.hidden_tests.read_text(encoding="utf-8").count("@check")


def _hand_in(folder: Path, exercise: Exercise, students: int) -> None:
    right = [path.read_text(encoding="utf-8") for path in (exercise.solution, *exercise.wheats)]
    wrong = [path.read_text(encoding="utf-8") for path in exercise.chaffs]
    for number in range(students):
        turn, rest = divmod(number, EVERY)
        text = wrong[turn % len(wrong)] if rest == 0 else right[(number - turn) % len(right)]
        place = folder / f"student_{number:05}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{exercise.id}.py").write_text(f"{text}\n# {number}\n", encoding="utf-8")


def _round(folder: Path, exercises: Sequence[Exercise], jobs: int) -> tuple[Run, Run, Run]:
    """Several jobs, one job, and one job with all that it starts on one core."""
    ways: list[tuple[int, int | None]] = [(jobs, None), (1, None), (1, min(os.sched_getaffinity(0)))]
    runs = []
    for number, core in ways:
        runs.append(_grade(folder, exercises, number, "compared", core=core, memory=False))
        shutil.rmtree(folder / "compared")
    several, one, on_one_core = runs
    return several, one, on_one_core


def _grade(
    folder: Path, exercises: Sequence[Exercise], jobs: int, out: str, *, core: int | None = None, memory: bool = True
) -> Run:
    which = [part for each in exercises for part in ("--exercise", each.id)]
    where = ["submissions", "--course", str(ROOT), *which, "--out", out, "--jobs", str(jobs)]
    pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
    command = [*pinned, sys.executable, "-m", "autograder", "grade", *where]
    run, started, end = Run(), time.perf_counter(), threading.Event()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=subprocess.PIPE, text=True)
        watcher = threading.Thread(target=_watch, args=(process.pid, run, started, end, memory))
        watcher.start()
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            if line.startswith("student_"):
                run.results.append(time.perf_counter() - started)
            else:
                lines.append(line)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it stays, so that its counts can be read
    run.wall = time.perf_counter() - started
    end.set()
    watcher.join()
    run.written = _counts(Path(f"/proc/{process.pid}/io"))["wchar"]
    _, status, usage = os.wait4(process.pid, 0)
    run.cpu = usage.ru_utime + usage.ru_stime
    run.looks.append((run.wall, run.cpu))
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: {process.returncode}\n{''.join(lines)[-5000:]}")
    return run


def _watch(command: int, run: Run, started: float, end: threading.Event, memory: bool) -> None:
    """Look at the processes until the end."""
    while not end.wait(PAUSE):
        sizes: Counter[str] = Counter()
        cpu = 0.0
        for role, pid in _roles(command):
            with suppress(FileNotFoundError, ProcessLookupError, PermissionError):  # it has just ended
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                cpu += sum(map(int, fields[11:15])) / TICKS
                if memory:
                    sizes[role] += _counts(Path(f"/proc/{pid}/smaps_rollup"))["Pss"]
        run.looks.append((time.perf_counter() - started, max(cpu, run.looks[-1][1] if run.looks else 0.0)))
        run.peak = max(run.peak, sizes.total())
        for role, size in sizes.items():
            run.peaks[role] = max(run.peaks[role], size)


def _roles(command: int) -> Iterator[tuple[str, int]]:
    """The processes of a run, each with its part."""
    yield "grader", command
    for pid in _children(command):
        try:
            said = Path(f"/proc/{pid}/cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        role = "warm process" if "zygote" in said else "gradebook" if "gradebook" in said else "jobs"
        yield role, pid
        for each in family_of(pid)[1:]:
            yield "workers" if role == "warm process" else role, each


def _children(pid: int) -> list[int]:
    with suppress(FileNotFoundError, ProcessLookupError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _counts(path: Path) -> Counter[str]:
    """The numbers of a file of lines such as `Pss: 12 kB`."""
    parts = (line.split() for line in path.read_text().splitlines())
    return Counter({each[0].rstrip(":"): int(each[1]) for each in parts if len(each) > 1 and each[1].isdigit()})


def _show(students: int, run: Run, out: Path, exercises: Sequence[Exercise]) -> None:
    files = [path.stat() for path in out.rglob("*") if path.is_file()]
    size, blocks = sum(each.st_size for each in files), sum(each.st_blocks * 512 for each in files)
    start, end = run.results[0], run.results[-1]
    at_start, at_end = run.cpu_at(start), run.cpu_at(end)
    each = 1000 * (run.cpu - at_start) / students
    print(f"\n{students} students: {run.wall:.1f} s wall, {run.cpu:.1f} s CPU")
    print(f"  to the first result {start:.1f} s wall, {at_start:.1f} s CPU; from then on {each:.1f} ms CPU a student")
    print(f"  to the last result  {end - start:.1f} s wall, {at_end - at_start:.1f} s CPU")
    print(f"  to the end          {run.wall - end:.1f} s wall, {run.cpu - at_end:.1f} s CPU")
    window = min(1000, len(run.results) // 10)
    if window > 1:
        (wall, cpu), (last_wall, last_cpu) = run.took(0, window - 1), run.took(-window, -1)
        ratios = f"{last_wall / wall:.2f} wall, {last_cpu / cpu:.2f} CPU"
        print(f"  the first {window}: {wall:.1f} s wall, {cpu:.1f} s CPU; the last: {last_wall:.1f} and {last_cpu:.1f}")
        print(f"  the last to the first: {ratios} (at most {LAST_TO_FIRST})")
    roles = ", ".join(f"{role} {size >> 10}" for role, size in run.peaks.most_common())
    print(f"  peak memory {run.peak >> 10} MiB (at most {PEAK_MIB}); of each part at its peak: {roles}")
    sizes = [f"{each / 1e6:.1f} MB" for each in (size, blocks, run.written)]
    print(f"  {len(files)} files of {sizes[0]}, {sizes[1]} on disk; {sizes[2]} were written")
    record = json.loads((out / "results.json").read_text(encoding="utf-8"))
    if len(record["submissions"]) != students or len(run.results) != students * len(exercises):
        sys.exit("somebody is missing")
    sys.stdout.flush()


def _show_second(first: Run, second: Run) -> None:
    wall, cpu = 100 * second.wall / first.wall, 100 * second.cpu / first.cpu
    print(f"  a second run: {second.wall:.1f} s wall, {second.cpu:.1f} s CPU, peak memory {second.peak >> 10} MiB")
    print(f"  to the first: {wall:.1f} % wall, {cpu:.1f} % CPU (at most {100 * SECOND_RUN:g} % of {LARGE})", flush=True)


def _compare(students: int, rounds: Sequence[tuple[Run, Run, Run]]) -> None:
    print(f"\n{students} students, {len(rounds)} rounds; from the first result to the last, and the whole command:")
    ways = list(zip(*rounds, strict=True))
    for name, runs in zip(("several jobs", "one job", "one job, one core"), ways, strict=True):
        grading, cpu = (median(seconds) for seconds in zip(*(each.took() for each in runs), strict=True))
        wall = median(each.wall for each in runs)
        print(f"  {name}: {grading:.1f} s wall, {cpu / grading:.2f} cores busy with {cpu:.1f} s; {wall:.1f} s in all")
    for name, runs in zip(("one job", "one job, one core"), ways[1:], strict=True):
        pairs = list(zip(ways[0], runs, strict=True))
        ratios = [one.took()[0] / several.took()[0] for several, one in pairs]
        of_all = [one.wall / several.wall for several, one in pairs]
        print(f"  {name} to several: {_spread(ratios)} (at least {ONE_JOB}); in all {_spread(of_all)}", flush=True)


def _spread(ratios: Sequence[float]) -> str:
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    main()
