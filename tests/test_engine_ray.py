"""A cluster without Ray: what is shipped, who grades what, and what happens if a process dies.

The processes are real, or play a part. `make ray-test` does the same with Ray (tests/cluster/real_ray.py).
"""

from __future__ import annotations

import ast
import json
import os
import tempfile
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder import __version__
from autograder.cluster import nodes as nodes_module
from autograder.cluster.engine import Cluster, lowest, share_of_gpu
from autograder.cluster.node import Ready, read_order
from autograder.cluster.nodes import Lost
from autograder.cluster.process import NodeDied, NodeProcess
from autograder.cluster.shipping import digest_of
from autograder.engine import grade_class
from autograder.errors import IsolationError, MachineryError, UsageError
from autograder.exercise import Course
from autograder.grading.student import Work
from autograder.messages import message
from autograder.results import ExerciseResult, Isolation, to_json
from autograder.sandbox.warm import WarmProcess
from autograder.submission import Source

PACKAGE = Path(__file__).resolve().parents[1] / "autograder"
MakeCourse = Callable[..., Course]
Found = dict[tuple[str, str], dict[str, Any]]

RIGHT = "def double(x):\n    return 2 * x\n"
QUADRUPLE = "from double import double\n\ndef quadruple(x):\n    return double(double(x))\n"
SOURCES: dict[str, dict[str, Source | str]] = {
    "ada": {"double": Source("double.py", RIGHT), "quadruple": Source("quadruple.py", QUADRUPLE)},
    "ben": {"double": Source("double.py", "def double(x): return x / 2"), "quadruple": Source("q.py", QUADRUPLE)},
    "cem": {"double": "it is no Python", "quadruple": Source("quadruple.py", "print(1)\ndef quadruple(x): return x")},
    "dua": {},
}
CLASS = [Work(student, sources) for student, sources in SOURCES.items()]
READY = Ready("here", "full", ("landlock", "seccomp"), {}, __version__, str(torch.__version__))


class Process:
    """A real process of this machine, which answers when it is asked to."""

    def __init__(self, setup: str, course: bytes) -> None:
        self.process = NodeProcess(setup, course)
        self.order = ""

    def ask(self, order: str = "") -> None:
        self.order = order

    def answer(self) -> str:
        try:
            return self.process.ask(self.order)
        except NodeDied as died:
            raise Lost(str(died)) from None


class Actor:
    """Plays a process: it reports, and gives full marks; `dies` is how many orders it survives."""

    def __init__(self, ready: Ready = READY, dies: int = 1000) -> None:
        self.lines = deque([json.dumps(asdict(ready))])
        self.dies = dies

    def ask(self, order: str = "") -> None:
        if order:
            self.dies -= 1
            _work, exercises = read_order(order)
            self.lines += [message(ExerciseResult(id, "graded", 10.0, 10.0), f"{id} kept", "", []) for id in exercises]

    def answer(self) -> str:
        if self.dies < 0:
            raise Lost("it was killed")
        return self.lines.popleft()


class Here:
    """A cluster that is this machine; `make` makes a process of a setup and a course."""

    def __init__(self, make: Callable[[str, bytes], Any], cpus: int = 2, gpus: int = 0) -> None:
        self.make, self.resources = make, {"CPU": cpus, "GPU": gpus}
        self.running: list[Any] = []
        self.started: list[tuple[dict[str, Any], float]] = []
        self.turn = 0

    def ship(self, course: bytes) -> None:
        self.course = course

    def count(self, resource: str) -> float:
        return self.resources[resource]

    def start(self, setup: str, gpu: float) -> Any:
        self.started.append((json.loads(setup), gpu))
        self.running.append(self.make(setup, self.course))
        return self.running[-1]

    def wait(self, nodes: Collection[Any], seconds: float) -> Any:
        self.turn += 1
        return list(nodes)[self.turn % len(nodes)]

    def close(self, nodes: Collection[Any]) -> None:
        for node in nodes:
            self.running.remove(node)
            if isinstance(node, Process):
                node.process.close()

    def leave(self) -> None:
        assert not self.running


def run(
    course: Course, here: Here, out: Path, work: list[Work], *, device: str = "cpu", level: str = "process",
    on_result: Callable[[], None] = lambda: None, fresh: bool = False,
) -> Found:  # fmt: skip
    found: Found = {}

    def report(student: str, result: ExerciseResult, output: str) -> None:
        assert (student, result.id) not in found
        found[student, result.id] = to_json(result) | {"seconds": 0, "printed": output}
        on_result()

    with Cluster(None, here) as cluster:
        cluster.start(course, course.exercises, out, device, level)
        cluster.grade(work, out, fresh=fresh, report=report, draw=None)
    return found


class TestProcesses:
    """With real processes: two, of which one is killed in mid-run."""

    def test_the_same_as_on_one_machine_also_if_a_process_is_killed(
        self, toy_course: Course, warm: WarmProcess, tmp_path: Path
    ) -> None:
        local: Found = {}
        grade_class(
            toy_course, toy_course.exercises, CLASS, warm, tmp_path / "local", jobs=1, fresh=False,
            report=lambda student, result, output: local.update(
                {(student, result.id): to_json(result) | {"seconds": 0, "printed": output}}
            ),
        )  # fmt: skip
        here = Here(Process)
        killed: list[int] = []

        def kill() -> None:
            for each in here.running:
                if not killed and '"student": "ada"' in each.order:
                    killed.append(each.process.process.pid)
                    each.process.process.kill()

        assert run(toy_course, here, tmp_path / "out", CLASS, on_result=kill) == local
        assert len(killed) == 1
        assert len(here.started) >= 3
        assert not list(Path(tempfile.gettempdir()).glob(f"autograde-{os.getuid()}/{digest_of(here.course)}"))
        again = Here(Process)
        assert run(toy_course, again, tmp_path / "out", CLASS) == local
        assert len(again.started) == 1  # to see how it isolates

    def test_a_refusal_is_an_answer(self) -> None:
        empty = bytes(1024)  # a tar file
        setup = {
            "size": len(empty), "digest": digest_of(empty), "exercises": [], "device": "cpu", "gpu": False,
            "level": "full",
            "language": "en", "slot": 0,
        }  # fmt: skip
        process = NodeProcess(json.dumps(setup), empty)
        try:
            told = json.loads(process.ask())
        finally:
            process.close()
        assert told["isolation"] is False
        assert "has no reference/ folder" in told["refused"]


class TestDriver:
    def test_a_task_goes_to_another_if_its_process_dies(self, toy_course: Course, tmp_path: Path) -> None:
        parts = iter([Actor(dies=0), Actor(), Actor()])
        found = run(toy_course, Here(lambda *_: next(parts), cpus=1), tmp_path, CLASS[:2])
        assert [each["status"] for each in found.values()] == ["graded"] * 4

    def test_it_is_held_if_three_die(
        self, toy_course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        here = Here(lambda *_: Actor(dies=0), cpus=1)
        found = run(toy_course, here, tmp_path, CLASS[:1])
        assert len(here.started) == 3
        assert {each["status"] for each in found.values()} == {"ungraded"}
        assert "3 processes died while they graded this (it was killed)" in found["ada", "double"]["message"]
        assert "lost: here (it was killed)" in capsys.readouterr().err

    def test_a_cluster_where_nothing_starts_is_an_error(self, toy_course: Course, tmp_path: Path) -> None:
        class Dead(Actor):
            def answer(self) -> str:
                raise Lost("no such file: python3")

        with pytest.raises(MachineryError, match="no process can be started in the cluster: no such file: python3"):
            run(toy_course, Here(lambda *_: Dead()), tmp_path, CLASS)

    def test_what_is_known_meanwhile_is_not_graded_again(self, toy_course: Course, tmp_path: Path) -> None:
        class Counting(Actor):
            def ask(self, order: str = "") -> None:
                orders.append(order)
                super().ask(order)

        orders: list[str] = []
        run(toy_course, Here(lambda *_: Counting()), tmp_path, [Work("eve", {}), Work("fay", {"double": "rejected"})])
        assert orders == []

    def test_the_lowest_isolation_counts(self, toy_course: Course, tmp_path: Path) -> None:
        parts = iter([Actor(), Actor(replace(READY, level="uid", layers=("seccomp",), missing={"landlock": "old"}))])
        with Cluster(2, Here(lambda *_: next(parts))) as cluster:
            cluster.start(toy_course, toy_course.exercises, tmp_path, "cpu", "uid")
            assert cluster.isolation.level == "full"
            cluster.grade(CLASS[:3], tmp_path, fresh=False, report=lambda *_: None, draw=None)
            assert cluster.isolation == Isolation("uid", ("seccomp",), {"landlock": "old"})

    def test_a_refusal_ends_the_run(self, toy_course: Course, tmp_path: Path) -> None:
        class Weak(Actor):
            def answer(self) -> str:
                told = {"machine": "far", "refused": "this machine isolates at level `process`", "isolation": True}
                return json.dumps(told)

        parts = iter([Actor(), Weak()])
        with pytest.raises(IsolationError, match="far: this machine isolates at level `process`"):
            run(toy_course, Here(lambda *_: next(parts)), tmp_path, CLASS)

    def test_every_machine_needs_the_same_versions(self, toy_course: Course, tmp_path: Path) -> None:
        old = replace(READY, machine="far", torch="1.0")
        with pytest.raises(MachineryError, match=r"far has torch 1\.0 and this machine"):
            run(toy_course, Here(lambda *_: Actor(old)), tmp_path, CLASS)


DEVICE = '''
        import torch

        from autograder import check


        @check(kind="interface", points=1)
        def interface(submission):
            """`double` is there."""
            submission.double(torch.ones(2))


        @check(kind="device", points=1)
        def device(submission, device):
            """It runs on a GPU."""
            submission.double(torch.ones(2))
        '''


class TestGpu:
    def test_exercises_have_what_they_need(self, make_course: MakeCourse, tmp_path: Path) -> None:
        course = make_course({"double/test_hidden.py": DEVICE})
        here = Here(lambda *_: Actor(), gpus=1)
        alone = Work("gus", {"quadruple": Source("quadruple.py", "def quadruple(x): return x")})
        found = run(course, here, tmp_path, [*CLASS[:2], alone], device="auto")
        share = share_of_gpu(course.exercises[0])
        assert share == 0.156
        assert {(setup["device"], setup["gpu"], gpu) for setup, gpu in here.started} == {
            ("cuda", True, share), ("cuda", False, 0.0),  # gus imports nothing that needs a GPU
        }  # fmt: skip
        assert len(found) == 6
        assert len({setup["slot"] for setup, _gpu in here.started}) == len(here.started)

    def test_without_one_nobody_gets_any(self, make_course: MakeCourse, tmp_path: Path) -> None:
        course = make_course({"double/test_hidden.py": DEVICE})
        here = Here(lambda *_: Actor())
        run(course, here, tmp_path, CLASS, device="auto")
        assert {gpu for _setup, gpu in here.started} == {0.0}
        with pytest.raises(UsageError, match="there is no CUDA device"):
            run(course, Here(lambda *_: Actor()), tmp_path, CLASS, device="cuda")

    def test_auto_does_without_one_that_cannot_be_isolated(self, toy_course: Course, tmp_path: Path) -> None:
        class NoGpu(Actor):
            def answer(self) -> str:
                return json.dumps({"machine": "far", "refused": "no worker can use the GPU", "isolation": False})

        parts = iter([NoGpu(), *[Actor() for _ in CLASS]])
        here = Here(lambda *_: next(parts), gpus=1)
        found = run(toy_course, here, tmp_path, CLASS, device="auto")
        assert [setup["device"] for setup, _gpu in here.started][:2] == ["cuda", "cpu"]
        assert len(found) == 8
        with pytest.raises(MachineryError, match="no worker can use the GPU"):
            run(toy_course, Here(lambda *_: NoGpu(), gpus=1), tmp_path, CLASS, device="cuda")


def test_of_two_machines_the_worse_is_said() -> None:
    one = Isolation("full", ("namespaces", "landlock"), {})
    assert lowest(one, one) == one
    other = Isolation("strong", ("landlock",), {"namespaces": "off"})
    assert lowest(one, other) == lowest(other, one) == other


def test_without_ray_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes_module, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"needs Ray, which is not installed .*\n.*pip install 'convgrade\[ray\]'"):
        Cluster(None)


def test_nothing_else_knows_of_ray() -> None:
    knowing = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "import_module":
                names += [ast.unparse(node.args[0]).strip("'\"")]
            if any(name == "ray" or name.startswith("ray.") for name in names):
                knowing.add(path.relative_to(PACKAGE).as_posix())
    assert knowing == {"cluster/nodes.py"}
