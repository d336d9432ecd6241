"""The driver of a cluster: it ships the course, sorts the work by what it needs, and alone writes results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import torch

from autograder import __version__, terminal
from autograder.cluster.crews import Crews, Nodes, Task
from autograder.cluster.node import Ready, Setup
from autograder.cluster.nodes import RayNodes
from autograder.cluster.shipping import clear, digest_of, pack
from autograder.device import GPU
from autograder.errors import IsolationError, MachineryError, UsageError
from autograder.exercise import Course, Exercise
from autograder.grading.code import reached
from autograder.grading.session import CPU, GradingSession
from autograder.grading.student import StudentGrader, Work
from autograder.language import in_use
from autograder.messages import Draw, Receiver, Report
from autograder.results import Isolation
from autograder.sandbox.connection import Worker
from autograder.sandbox.isolation import LEVELS
from autograder.sandbox.remote import Peer
from autograder.store import Store
from autograder.submission import Source

GPU_MEMORY_MB = 16 << 10  # of the GPU that shares are reckoned by: a small one, so that no GPU is lent to too many
CONTEXT_MB = 512  # what CUDA takes for each worker, beside what the exercise may use


class Cluster:
    """Grades over a Ray cluster, with `jobs` processes or one for each of its cores.

    Raises `UsageError` where Ray is not installed.
    """

    def __init__(self, jobs: int | None, nodes: Nodes | None = None) -> None:
        self.nodes: Nodes = RayNodes() if nodes is None else nodes
        self.crews = Crews(self.nodes, self._setup, self._welcome, jobs)
        self._isolation: Isolation | None = None

    @property
    def isolation(self) -> Isolation:
        """The lowest level of all machines that have started to grade, and what can be said of all of them."""
        assert self._isolation is not None
        return self._isolation

    def start(self, course: Course, exercises: Sequence[Exercise], out: Path, device: str, level: str) -> torch.device:
        """Ship the course, and find out how well a first machine isolates; the device of the run.

        Raises `IsolationError` below `level`, `UsageError` if `device` is `cuda` and the cluster has no GPU.
        """
        packed = pack(course)
        self.nodes.ship(packed)
        self.course, self.exercises, self.level = course, tuple(exercises), level
        self.size, self.digest = len(packed), digest_of(packed)
        has_gpu = self.nodes.count("GPU") > 0
        if device == "cuda" and not has_gpu:
            raise UsageError("no-gpu")
        self.device = GPU if has_gpu and device != "cpu" else CPU
        if self.device == GPU:
            try:
                self.crews.open(max(map(share_of_gpu, exercises)))
            except (IsolationError, MachineryError):
                if device == "cuda":
                    raise
                self.device = CPU
                self.crews.close()
                self._isolation = None
        if self.device == CPU:
            self.crews.open(0.0)
        return self.device

    def grade(self, work: Sequence[Work], out: Path, *, fresh: bool, report: Report, draw: Draw | None) -> None:
        """Grade what is not known yet; see `engine.grade_class`."""
        with Store(out) as store:
            session = GradingSession(self.course, self.exercises, public=False, device=self.device)

            def run(session: GradingSession) -> None:
                session.prepare()
                receiver = Receiver(store, report, draw)
                recall = _Recall(session, None if fresh else store, receiver)
                for each in work:
                    task = Task(each, list(self.exercises))
                    if not recall.knows(task):
                        self._add(session, task)
                self.crews.run(receiver, recall.knows)

            session.run(run)

    def _add(self, session: GradingSession, task: Task) -> None:
        """Let exercises wait apart from each other if one needs a GPU and the other does not."""
        tasks: dict[float, Task] = {}
        for exercise in task.exercises:
            gpu = self._gpu(session, task.work, exercise)
            tasks.setdefault(gpu, Task(task.work, [])).exercises.append(exercise)
        for gpu, part in tasks.items():
            self.crews.add(gpu, part)

    def _gpu(self, session: GradingSession, work: Work, exercise: Exercise) -> float:
        """The share of a GPU that an exercise needs, be it for those of the student's that it imports."""
        source = work.sources.get(exercise.id)
        if self.device == CPU or not isinstance(source, Source):
            return 0.0
        judged = [each for each in reached(self.course, exercise, work.sources) if each in self.course.before(exercise)]
        own = [exercise, *(each for each in judged if isinstance(work.sources.get(each.id), Source))]
        using = [each for each in own if any(item.on_device for item in session.items[each.id])]
        return max((share_of_gpu(each) for each in using), default=0.0)

    def _setup(self, number: int, gpu: float) -> str:
        setup = Setup(
            self.size, self.digest, tuple(each.id for each in self.exercises), self.device.type, gpu > 0, self.level,
            in_use(), number,
        )  # fmt: skip
        return json.dumps(asdict(setup))

    def _welcome(self, ready: Ready) -> None:
        for name, theirs, ours in (
            ("autograde", ready.grader, __version__),
            ("torch", ready.torch, str(torch.__version__)),
        ):
            if theirs != ours:
                raise MachineryError("cluster-versions", machine=ready.machine, name=name, theirs=theirs, ours=ours)
        before = self._isolation
        self._isolation = ready.isolation if before is None else lowest(before, ready.isolation)
        if before is not None and self._isolation.level != before.level:
            terminal.say_isolation(ready.isolation, ready.machine)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.crews.close()
        self.nodes.leave()
        clear()  # after processes that were ended while they started


def share_of_gpu(exercise: Exercise) -> float:
    """What one worker of the exercise takes of a GPU, at most all of it."""
    return min(1.0, round((exercise.limits.gpu_memory_mb + CONTEXT_MB) / GPU_MEMORY_MB, 3))


def lowest(one: Isolation, other: Isolation) -> Isolation:
    """What can be said of both machines."""
    return Isolation(
        max(one.level, other.level, key=LEVELS.index),
        tuple(layer for layer in one.layers if layer in other.layers),
        {**one.missing, **other.missing},
    )


class _NotKnown(Exception):
    """There is no result of it yet."""


class _Recall(StudentGrader):
    """What needs no worker: results of earlier runs, and what was not handed in or could not be read."""

    def __init__(self, session: GradingSession, store: Store | None, receiver: Receiver) -> None:
        super().__init__(session, None, store)
        self.receiver = receiver

    def knows(self, task: Task) -> bool:
        """Take what is known out of a task; whether that is all."""
        task.exercises = [each for each in task.exercises if not self._take(task.work, each)]
        return not task.exercises

    def _take(self, work: Work, exercise: Exercise) -> bool:
        try:
            (line,) = self.messages(work, [exercise])
        except _NotKnown:
            return False
        self.receiver.take(work.student, line)
        return True

    def connect(self, exercise: Exercise, supplier: Peer, gpu: bool) -> Worker:
        raise _NotKnown
