"""Faults of our own machinery: what fails is named, nobody gets a score from it, nothing is lost.

Each fault strikes in a fork of this process that runs the command; the same command without it goes on from there.
"""

from __future__ import annotations

import ctypes
import errno
import importlib.util
import io
import itertools
import json
import os
import resource
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder import cli, engine, grade, interrupts, terminal
from autograder.errors import MachineryError
from autograder.exercise import Course
from autograder.gradebook import GradebookProcess
from autograder.gradebook import process as gradebook_process
from autograder.grading.session import GradingSession
from autograder.language import read_catalogue
from autograder.lock import FILE, hold
from autograder.report.reading import read_record
from autograder.results import Isolation
from autograder.sandbox import warm as warm_module
from autograder.sandbox.isolation import level_of, measure
from autograder.sandbox.warm import WarmProcess

MakeCourse = Callable[..., Course]
HANG = 120  # seconds after which a command is killed
RIGHT = "def double(x):\n    return 2 * x\n"
WORK = {"ada": RIGHT, "ben": "print('here')\ndef double(x):\n    return x / 2\n", "cem": "def double(x) return x"}
SCORES = [10.0, 4.0, 0.0]
TESTS = '''
    import torch

    from autograder import assert_close, check


    @check(kind="interface", points=4)
    def interface(submission):
        """`double` is there."""
        submission.double(torch.ones(2))


    @check(kind="value", points=6, needs=[interface])
    def values(submission):
        """Every element is doubled."""
        assert_close(submission.double(torch.ones(2)), torch.full((2,), 2.0))
    '''


@dataclass
class Ended:
    """How a command ended, and what it said on both outputs."""

    code: int
    said: str


@dataclass
class Run:
    """A class of three and one exercise, graded by the command in a fork."""

    course: Course
    work: Path
    out: Path

    def arguments(self, *more: str) -> list[str]:
        fixed = ["--course", str(self.course.root), "--out", str(self.out), "--device", "cpu"]
        return ["grade", str(self.work), *fixed, "--require-isolation", "process", "--jobs", "1", *more]

    def __call__(self, *more: str, fault: Callable[[], None] = lambda: None) -> Ended:
        return in_fork(lambda: cli.main(self.arguments(*more)), fault)

    def found(self) -> list[Any]:
        """What results.json says, but for the time it took."""
        raw = json.loads((self.out / "results.json").read_text())["submissions"]
        return [[each["student"], each["score"], [e | {"seconds": 0} for e in each["exercises"]]] for each in raw]


def in_fork(work: Callable[[], int], fault: Callable[[], None]) -> Ended:
    """Run `work` in a fork of this process, after `fault`; both of its outputs go to a pipe."""
    said, says = os.pipe()  # which no limit on files holds for
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            os.dup2(says, 1)
            os.dup2(says, 2)
            sys.stdout = sys.__stdout__ = io.TextIOWrapper(io.FileIO(1, "w", closefd=False))  # type: ignore[misc]
            sys.stderr = sys.__stderr__ = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), line_buffering=True)  # type: ignore[misc]
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.alarm(HANG)  # by default the end of it
            fault()
            code = work()
            sys.stdout.flush()
        finally:
            os._exit(code)
    os.close(says)
    status = os.waitpid(pid, 0)[1]
    os.set_blocking(said, False)  # a process that is left behind would hold it open
    with open(said, "rb", buffering=0) as file:
        told = file.read(1 << 16) or b""
    return Ended(os.waitstatus_to_exitcode(status), told.decode("utf-8", "replace"))


@pytest.fixture
def run(warm: WarmProcess, make_course: MakeCourse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    gone = {f"quadruple/{name}": None for name in ("exercise.yaml", "solution.py", "test_hidden.py")}
    course = make_course({"double/test_hidden.py": TESTS, **gone})
    warm.ready()  # else the first fork would hear of it, and the next in vain
    measured = Isolation(level_of(warm.layers), tuple(sorted(warm.layers)))  # once for all tests
    monkeypatch.setattr(grade, "require", lambda *_, **__: measured)
    monkeypatch.setattr(warm_module, "WarmProcess", lambda: nullcontext(warm))
    monkeypatch.setattr(gradebook_process, "find_spec", lambda name: None)  # nbgrader takes seconds
    for student, text in WORK.items():
        path = tmp_path / "work" / student / "double.py"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return Run(course, tmp_path / "work", tmp_path / "out")


def finishes(run: Run) -> None:
    """The same command, undisturbed, comes to what it would have come to."""
    ended = run()
    assert ended.code == 0, ended.said
    assert [score for _, score, _ in run.found()] == SCORES
    left = {path.name for path in run.out.rglob(".*")} - {FILE}
    assert not left, "drafts are left behind"


def test_undisturbed(run: Run) -> None:
    finishes(run)


def counted(log: int, number: int = 0, strike: Callable[[], None] = lambda: None) -> Callable[[], None]:
    """A fault that counts in `log` what this process asks of the system, and strikes at the `number`th such moment."""

    def fault() -> None:
        process, moments = os.getpid(), 0

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal moments
            if os.getpid() == process and event.startswith(("open", "os.", "sqlite3.", "tempfile.")):
                moments += 1
                os.pwrite(log, b"%8d" % moments, 0)
                if moments == number:
                    strike()

        sys.addaudithook(hook)

    return fault


def moments_of(run: Run) -> int:
    """How many such moments an undisturbed run has, of which all results are known."""
    log = os.memfd_create("moments")
    ended = run(fault=counted(log))
    assert ended.code == 0, ended.said
    return int(os.pread(log, 8, 0))


def some(moments: int) -> range:
    return range(1, moments + 1, -(-moments // 8))


def another_warm_process() -> WarmProcess:
    """Not the one that tests share."""
    spec = importlib.util.spec_from_file_location("warm_of_its_own", warm_module.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.WarmProcess()  # type: ignore[no-any-return]


class TestWarmProcess:
    def test_why_it_did_not_start_is_said_to_each_who_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", "/bin/false")
        with another_warm_process() as warm:
            for _ in range(2):
                with pytest.raises(MachineryError, match="no reason given"):
                    warm.ready()

    def test_killed_while_checks_run(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """It takes its workers along, which is no crash of a submission; nor is there one for whoever comes after."""
        doomed = another_warm_process()
        doomed.ready()
        measure(doomed)
        (run.work / "ben" / "double.py").write_text("import time\n\ndef double(x):\n    time.sleep(60)\n")

        @contextmanager
        def progress(total: int) -> Iterator[Any]:
            yield lambda *_: threading.Timer(1.0, os.kill, (doomed.process.pid, signal.SIGKILL)).start()

        with monkeypatch.context() as patch:
            patch.setattr(warm_module, "WarmProcess", lambda: nullcontext(doomed))
            patch.setattr(terminal, "progress", progress)
            ended = run()
        doomed.close()
        assert ended.code == 3
        assert [(score, each["status"], each["score"]) for _, score, (each,) in run.found()] == [
            (10.0, "graded", 10.0), (0.0, "ungraded", None), (0.0, "ungraded", None),
        ]  # fmt: skip
        for student in ("ben", "cem"):
            assert f"not graded: {student} double: the warm process is not there" in ended.said
        (run.work / "ben" / "double.py").write_text(WORK["ben"])
        finishes(run)


class TestDisk:
    @pytest.mark.parametrize("size", [0, 1, 300, 5000, 9000, 20000, 40000])
    def test_no_room_for_a_file_of_that_size(self, run: Run, size: int) -> None:
        ended = run(fault=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
        assert ended.code == 3, ended.said
        assert "Traceback" not in ended.said
        assert f"autograde: {run.out}" in ended.said
        assert "cannot be written" in ended.said
        finishes(run)

    def test_no_room_at_whatever_moment(self, run: Run) -> None:
        def full() -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        finishes(run)
        before = run.found()
        for number in some(moments_of(run)):
            ended = run(fault=counted(os.memfd_create("moments"), number, full))
            assert ended.code in (0, 2, 3), ended.said  # 0: what is only looked for may be missing
            if ended.code:
                assert "No space left" in ended.said
            assert run.found() == before
        finishes(run)

    def test_a_folder_that_may_only_be_read(self, run: Run) -> None:
        finishes(run)
        before = run.found()
        try:
            for path in (run.out, *run.out.rglob("*")):
                path.chmod(0o555 if path.is_dir() else 0o444)
            ended = run(fault=without_privileges)
        finally:
            for path in (run.out, *run.out.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
        assert ended.code == 3
        assert f"autograde: {run.out / FILE} cannot be written: Permission denied" in ended.said
        assert run.found() == before

    def test_a_file_in_the_place_of_the_folder(self, run: Run) -> None:
        run.out.write_text("mine")
        ended = run()
        assert ended.code == 3
        assert f"autograde: {run.out}" in ended.said
        assert run.out.read_text() == "mine"

    def test_no_room_for_the_gradebook(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gradebook_process, "find_spec", importlib.util.find_spec)
        finishes(run)
        whole = (run.out / "gradebook.db").read_bytes()
        record = read_record(run.out)

        def write() -> int:
            with GradebookProcess(run.out) as gradebook:
                print(gradebook.write(record))
            return 0

        (run.out / "gradebook.db").unlink()
        ended = in_fork(write, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)))
        assert f"{run.out / 'gradebook.db'} was not written: " in ended.said
        assert len(whole) > 30_000
        assert [path.name for path in run.out.glob("*gradebook.db*")] == []


def without_privileges() -> None:
    """Root may write anywhere but for this."""
    libc = ctypes.CDLL(None, use_errno=True)
    version, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capset(version, none) == 0


def test_options_for_another_pytest_are_not_ours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    finishes(run)


class TestInterrupted:
    def test_at_whatever_moment(self, run: Run) -> None:
        finishes(run)
        before = run.found()
        for number in some(moments_of(run)):
            strike = counted(os.memfd_create("moments"), number, lambda: signal.raise_signal(signal.SIGINT))
            ended = run(fault=strike)
            assert ended.code == 130, ended.said
            assert "interrupted; run the same command again to go on from here" in ended.said
            assert run.found() == before
        finishes(run)

    @pytest.mark.parametrize("seconds", [0.1, 0.5])
    def test_while_checks_run(self, run: Run, seconds: float) -> None:
        def fault() -> None:
            signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
            signal.setitimer(signal.ITIMER_REAL, seconds)

        (run.work / "ben" / "double.py").write_text("import time\n\ndef double(x):\n    time.sleep(60)\n")
        assert run(fault=fault).code == 130
        assert not (run.out / "results.json").exists()
        (run.work / "ben" / "double.py").write_text(WORK["ben"])
        finishes(run)

    @pytest.mark.parametrize("in_the_parent_of_jobs", [False, True])
    def test_where_it_is_swallowed(
        self, run: Run, in_the_parent_of_jobs: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As in a finaliser, a callback of the garbage collector's, a library that imports under a bare `except:`."""

        def swallow(function: Callable[..., Any]) -> Callable[..., Any]:
            def instead(*given: Any) -> Any:
                with suppress(KeyboardInterrupt):
                    signal.raise_signal(signal.SIGINT)
                return function(*given)

            return instead

        if in_the_parent_of_jobs:
            monkeypatch.setattr(engine._Pool, "_take", swallow(engine._Pool._take))
        else:
            monkeypatch.setattr(GradingSession, "_examples", swallow(GradingSession._examples))
        ended = run()
        assert ended.code == 130
        assert "interrupted; run the same command again to go on from here" in ended.said
        assert ended.said.count("double: ") == in_the_parent_of_jobs

    def test_a_signal_that_is_ignored_stays_ignored(self) -> None:
        def work() -> int:
            with interrupts.noticed():
                signal.raise_signal(signal.SIGINT)
                interrupts.raise_if_noticed()
            return 0

        assert in_fork(work, lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)).code == 0


class TestTwoAtOnce:
    def test_the_second_is_refused_and_a_dead_one_is_not_waited_for(self, run: Run) -> None:
        ready, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            run.out.mkdir()
            with hold(run.out):
                if os.fork() == 0:  # a job that outlives its engine holds nothing
                    time.sleep(20)
                    os._exit(0)
                os.write(told, b"x")
                time.sleep(HANG)
            os._exit(0)
        os.read(ready, 1)
        ended = run()
        assert ended.code == 2
        assert f"{run.out} is in use: process {pid} writes to it" in ended.said
        assert in_fork(lambda: cli.main(["report", str(run.out)]), lambda: None).code == 2
        assert not (run.out / "results.json").exists()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        finishes(run)


class TestOutput:
    def test_nobody_listens(self, run: Run) -> None:
        def deaf() -> None:
            reads, writes = os.pipe()
            os.close(reads)
            os.dup2(writes, 1)
            os.dup2(writes, 2)

        assert run(fault=deaf).code == 0
        assert (run.out / "index.html").exists()
        finishes(run)

    def test_there_is_none(self, run: Run) -> None:
        def closed() -> None:
            os.close(1)
            os.close(2)
            sys.stdout = sys.__stdout__ = None  # type: ignore[misc, assignment]
            sys.stderr = sys.__stderr__ = None  # type: ignore[misc, assignment]

        assert run(fault=closed).code == 0
        finishes(run)

    def test_no_room_for_it(self, run: Run) -> None:
        def full() -> None:
            os.dup2(os.open("/dev/full", os.O_WRONLY), 1)

        ended = run(fault=full)
        assert ended.code == 3
        assert "No space left on device" in ended.said
        finishes(run)


class TestClock:
    def test_it_jumps(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        (run.work / "ada" / "double.py").write_text(f"import time\n\ntime.sleep(1)\n{RIGHT}")
        jumps = itertools.cycle((0.0, 1e7, -1e7, 1e9))
        real = time.time
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda: real() + next(jumps))
            ended = run()
        assert ended.code == 0, ended.said
        assert [score for _, score, _ in run.found()] == SCORES

    def test_no_deadline_hangs_on_it(self) -> None:
        package = Path(cli.__file__).parents[1]
        called = [path for path in package.rglob("*.py") if "time.time()" in path.read_text(encoding="utf-8")]
        assert not called


def test_what_a_killed_run_had_begun_to_write_is_cleared_away(tmp_path: Path) -> None:
    kept = ["results.json", ".config.defaults", ".gradebook.db", ".notes.json.backup"]
    begun = [".results.json.a_b4c6d8", ".gradebook.db.t4oga1bf", ".gradebook.db.t4oga1bf-journal"]
    for name in kept + begun:
        (tmp_path / name).write_text("")
    with hold(tmp_path):
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, FILE])


def test_killed_before_a_file_is_in_its_place(run: Run) -> None:
    """One of each kind: logs of students, pages, results."""
    log = os.memfd_create("renames")

    def killed_before(target: str) -> Callable[[], None]:
        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if event == "os.rename":
                os.write(log, f"{arguments[1]}\n".encode())
                if str(arguments[1]) == target:
                    os.kill(os.getpid(), signal.SIGKILL)

        return lambda: sys.addaudithook(hook)

    assert run(fault=killed_before("")).code == 0
    kinds = {
        Path(each).relative_to(run.out).parts[0]: each for each in os.pread(log, 1 << 16, 0).decode().split("\n")[:-1]
    }
    assert {"logs", "feedback", "index.html", "results.json"} <= kinds.keys()
    for target in kinds.values():
        shutil.rmtree(run.out)
        assert run(fault=killed_before(target)).code == -signal.SIGKILL
        assert [*run.out.rglob(".*.*")], "no draft"
        finishes(run)


class TestMissingLibraries:
    """Each says what to install; nbgrader in test_gradebook.py, torchvision in test_datasets.py."""

    @pytest.mark.parametrize(
        ("module", "arguments", "install"),
        [
            ("babel", ["doctor", "--lang", "zh"], "pip install babel"),
            ("watchfiles", ["check", "WORK", "--watch"], "pip install 'watchfiles'"),
            ("cryptography", ["bundle", "--course", "COURSE", "--to", "x.bundle"], "pip install 'convgrade[bundle]'"),
        ],
    )
    def test_what_to_install(self, run: Run, module: str, arguments: list[str], install: str) -> None:
        public = run.course.root / "exercises" / "double"
        public.mkdir(parents=True)
        for name in ("exercise.yaml", "test_public.py"):
            (public / name).write_text((run.course.root / "reference" / "double" / name).read_text())
        (public / "double.py").write_text(RIGHT)
        places = {"COURSE": str(run.course.root), "WORK": str(public / "double.py")}

        def gone() -> None:
            ours = {"autograder.bundle"}  # which has it already, if another test was here
            for name in [name for name in sys.modules if name.split(".")[0] == module or name in ours]:
                del sys.modules[name]
            sys.modules[module] = None  # type: ignore[assignment]
            read_catalogue.cache_clear()

        ended = in_fork(lambda: cli.main([places.get(each, each) for each in arguments]), gone)
        assert ended.code == 2, ended.said
        assert install in ended.said
        assert "Traceback" not in ended.said


class TestUnexpected:
    def test_a_mistake_of_ours_is_no_lost_mark(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(grade, "write_record", lambda *_: [][1])
        ended = run()
        assert ended.code == 3
        assert "Traceback" in ended.said
        assert "this is a mistake of the grader's: IndexError" in ended.said
        monkeypatch.undo()
        assert not (run.out / "results.json").exists()
